package org.chagres.simd.reference;

import org.chagres.simd.shape.PoolShape;

/** Pooling over x (n, h, w, c), a window at a time. */
public final class ReferencePool {

  private ReferencePool() {}

  /** What a pooling does with a cell: input element, output element, position in the window. */
  private interface Cell {
    void visit(int in, int out, int position, int divisor);
  }

  private static void visit(PoolShape s, Cell cell) {
    for (int n = 0; n < s.n(); n++) {
      for (int oh = 0; oh < s.out().h(); oh++) {
        for (int ow = 0; ow < s.out().w(); ow++) {
          int rowZero = s.adaptive() ? s.top(oh) : oh * s.stride().h() - s.padding().h();
          int columnZero = s.adaptive() ? s.left(ow) : ow * s.stride().w() - s.padding().w();
          int width = s.adaptive() ? s.right(ow) - s.left(ow) : s.kernel().w();
          for (int r = s.top(oh); r < s.bottom(oh); r++) {
            for (int k = s.left(ow); k < s.right(ow); k++) {
              for (int c = 0; c < s.c(); c++) {
                int in = ((n * s.h() + r) * s.w() + k) * s.c() + c;
                int out = ((n * s.out().h() + oh) * s.out().w() + ow) * s.c() + c;
                cell.visit(in, out, (r - rowZero) * width + k - columnZero, s.divisor(oh, ow));
              }
            }
          }
        }
      }
    }
  }

  /** Maxima and, in {@code positions}, where they are. */
  public static double[] maxForward(PoolShape s, double[] x, int[] positions) {
    double[] y = new double[(int) s.yCount()];
    boolean[] seen = new boolean[y.length];
    visit(
        s,
        (in, out, position, divisor) -> {
          if (!seen[out] || x[in] > y[out] || Double.isNaN(x[in])) {
            seen[out] = true;
            y[out] = x[in];
            positions[out] = position;
          }
        });
    return y;
  }

  /** dx of max pooling. */
  public static double[] maxBackward(PoolShape s, double[] dy, int[] positions) {
    double[] dx = new double[(int) s.xCount()];
    visit(
        s,
        (in, out, position, divisor) -> {
          if (positions[out] == position) {
            dx[in] += dy[out];
          }
        });
    return dx;
  }

  /** Means. */
  public static double[] averageForward(PoolShape s, double[] x) {
    double[] y = new double[(int) s.yCount()];
    visit(s, (in, out, position, divisor) -> y[out] += x[in] / divisor);
    return y;
  }

  /** dx of average pooling. */
  public static double[] averageBackward(PoolShape s, double[] dy) {
    double[] dx = new double[(int) s.xCount()];
    visit(s, (in, out, position, divisor) -> dx[in] += dy[out] / divisor);
    return dx;
  }
}
