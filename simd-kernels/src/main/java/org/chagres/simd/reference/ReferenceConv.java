package org.chagres.simd.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.shape.ConvShape;

/**
 * 2-D convolution by its definition, sums in double: x is (N, H, W, C), y is (N, outH, outW, K), the weight is (K, C /
 * groups, kh, kw).
 *
 * <p>y[n, i, j, k] = bias[k] + Σ x[n, i·sh − ph + r·dh, j·sw − pw + s·dw, c] · w[k, c, r, s], where x outside the image
 * is 0; the gradients are its derivatives.
 */
public final class ReferenceConv {
  private final ConvShape shape;
  private final int groupC;
  private final int groupK;

  private ReferenceConv(ConvShape shape) {
    this.shape = shape;
    this.groupC = shape.c() / shape.groups();
    this.groupK = shape.k() / shape.groups();
  }

  /** Each product of the sum, by its places in x, w and y. */
  private interface Term {
    void at(long x, long w, long y);
  }

  /** y = conv(x, w) + bias; the bias may be {@link MemorySegment#NULL}. */
  public static double[] forward(ConvShape shape, MemorySegment x, MemorySegment w, MemorySegment bias) {
    var sums = new double[Math.toIntExact(shape.yCount())];
    if (!bias.equals(MemorySegment.NULL)) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] = bias.getAtIndex(JAVA_FLOAT, i % shape.k());
      }
    }
    new ReferenceConv(shape)
        .terms((xi, wi, yi) -> sums[(int) yi] += (double) x.getAtIndex(JAVA_FLOAT, xi) * w.getAtIndex(JAVA_FLOAT, wi));
    return sums;
  }

  /** dx from dy. */
  public static double[] backwardData(ConvShape shape, MemorySegment dy, MemorySegment w) {
    var sums = new double[Math.toIntExact(shape.xCount())];
    new ReferenceConv(shape)
        .terms((xi, wi, yi) -> sums[(int) xi] += (double) dy.getAtIndex(JAVA_FLOAT, yi) * w.getAtIndex(JAVA_FLOAT, wi));
    return sums;
  }

  /** dw from x and dy. */
  public static double[] backwardFilter(ConvShape shape, MemorySegment x, MemorySegment dy) {
    var sums = new double[Math.toIntExact(shape.wCount())];
    new ReferenceConv(shape)
        .terms((xi, wi, yi) -> sums[(int) wi] += (double) x.getAtIndex(JAVA_FLOAT, xi) * dy.getAtIndex(JAVA_FLOAT, yi));
    return sums;
  }

  /** db from dy. */
  public static double[] backwardBias(ConvShape shape, MemorySegment dy) {
    var sums = new double[shape.k()];
    for (long i = 0; i < shape.yCount(); i++) {
      sums[(int) (i % shape.k())] += dy.getAtIndex(JAVA_FLOAT, i);
    }
    return sums;
  }

  private void terms(Term term) {
    for (int n = 0; n < shape.n(); n++) {
      for (int i = 0; i < shape.outH(); i++) {
        for (int j = 0; j < shape.outW(); j++) {
          for (int r = 0; r < shape.kernel().h(); r++) {
            for (int s = 0; s < shape.kernel().w(); s++) {
              int row = i * shape.stride().h() - shape.padding().h() + r * shape.dilation().h();
              int col = j * shape.stride().w() - shape.padding().w() + s * shape.dilation().w();
              if (row >= 0 && row < shape.h() && col >= 0 && col < shape.w()) {
                long pixel = ((long) n * shape.h() + row) * shape.w() + col;
                long out = ((long) n * shape.outH() + i) * shape.outW() + j;
                channels(term, pixel * shape.c(), r * shape.kernel().w() + s, out * shape.k());
              }
            }
          }
        }
      }
    }
  }

  private void channels(Term term, long x, int tap, long y) {
    int taps = shape.kernel().h() * shape.kernel().w();
    for (int k = 0; k < shape.k(); k++) {
      int group = k / groupK;
      for (int c = 0; c < groupC; c++) {
        term.at(x + (long) group * groupC + c, ((long) k * groupC + c) * taps + tap, y + k);
      }
    }
  }
}
