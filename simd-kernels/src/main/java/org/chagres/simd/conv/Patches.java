package org.chagres.simd.conv;

import org.chagres.simd.outer.OuterTile;
import org.chagres.simd.shape.ConvShape;

/**
 * Copies patches of an image, the values under a window with zeros where it reaches over the border, to rows: ordered
 * (kh, kw, C / groups), in blocks of {@link OuterTile#VALUES}, filled up to a multiple of 4 with zeros.
 */
final class Patches {
  private final ConvShape shape;
  private final int channels;
  private final int depth;

  Patches(ConvShape shape) {
    this.shape = shape;
    this.channels = shape.c() / shape.groups();
    this.depth = taps() * channels;
  }

  /** Places of the window. */
  int taps() {
    return shape.kernel().h() * shape.kernel().w();
  }

  /** Input channels of a group. */
  int channels() {
    return channels;
  }

  /** Values of a row. */
  int paddedDepth() {
    return Math.ceilDiv(depth, 4) * 4;
  }

  /**
   * Copies some pixels' patches.
   *
   * @param x the images
   * @param group of input channels
   * @param first output pixel, counted over all images
   * @param pixels how many
   * @param to where they go
   */
  void copy(long x, int group, long first, int pixels, long to) {
    int outW = shape.outW();
    int col = (int) (first % outW);
    long line = first / outW;
    int row = (int) (line % shape.outH());
    long images = x + 4L * group * channels;
    long image = images + line / shape.outH() * imageBytes();
    for (int p = 0; p < pixels; p++) {
      patch(image, row, col, to);
      to += OuterTile.STEP;
      if (++col == outW) {
        col = 0;
        if (++row == shape.outH()) {
          row = 0;
          image += imageBytes();
        }
      }
    }
  }

  private long imageBytes() {
    return 4L * shape.h() * shape.w() * shape.c();
  }

  private void patch(long image, int row, int col, long to) {
    int width = shape.kernel().w();
    int left = col * shape.stride().w() - shape.padding().w();
    int step = shape.dilation().w();
    boolean inside = left >= 0 && left + (width - 1) * step < shape.w();
    boolean together = inside && step == 1 && channels == shape.c();
    int value = 0;
    for (int r = 0; r < shape.kernel().h(); r++) {
      int y = row * shape.stride().h() - shape.padding().h() + r * shape.dilation().h();
      if (y < 0 || y >= shape.h()) {
        zero(to, value, width * channels);
      } else {
        long line = image + 4L * shape.c() * ((long) y * shape.w() + left);
        if (together) {
          copy(line, to, value, width * channels);
        } else {
          taps(line, left, to, value);
        }
      }
      value += width * channels;
    }
    zero(to, depth, paddedDepth() - depth);
  }

  /** A row of the window, tap by tap. */
  private void taps(long line, int left, long to, int value) {
    int step = shape.dilation().w();
    for (int s = 0; s < shape.kernel().w(); s++) {
      int place = left + s * step;
      if (place < 0 || place >= shape.w()) {
        zero(to, value, channels);
      } else {
        copy(line + 4L * shape.c() * s * step, to, value, channels);
      }
      value += channels;
    }
  }

  /** Copies neighbouring values of a patch, from block to block. */
  private static void copy(long from, long to, int value, int count) {
    while (count > 0) {
      int some = Math.min(count, OuterTile.VALUES - value % OuterTile.VALUES);
      Copies.copy(from, place(to, value), some);
      from += 4L * some;
      value += some;
      count -= some;
    }
  }

  private static void zero(long to, int value, int count) {
    while (count > 0) {
      int some = Math.min(count, OuterTile.VALUES - value % OuterTile.VALUES);
      Copies.zero(place(to, value), some);
      value += some;
      count -= some;
    }
  }

  private static long place(long to, int value) {
    return to + value / OuterTile.VALUES * PatchPlan.BLOCK + 4L * (value % OuterTile.VALUES);
  }
}
