package org.chagres.gpu.kernel;

/**
 * The geometry of a 2-D pooling, channels last: x is (n, h, w, c), y is (n, outH, outW, c).
 *
 * @param n images
 * @param c channels
 * @param in rows and columns of x
 * @param kernel of a window; 1 × 1 where adaptive
 * @param stride of the windows
 * @param padding around x
 * @param out rows and columns of y
 * @param adaptive whether windows follow from the output's size
 * @param countPadding whether padding counts in an average's divisor
 */
public record Windows(
    int n, int c, Extent in, Extent kernel, Extent stride, Extent padding, Extent out, boolean adaptive,
    boolean countPadding) {

  /** Most cells of a window whose positions fit a byte. */
  public static final int MAX_CELLS = 255;

  /** Checks the numbers. */
  public Windows {
    Launches.atLeast(1, n, "images");
    Launches.atLeast(1, c, "channels");
    in.atLeast(1, "input");
    kernel.atLeast(1, "kernel");
    stride.atLeast(1, "stride");
    padding.atLeast(0, "padding");
    out.atLeast(1, "output");
    if (!adaptive) {
      inside("rows", in.h(), kernel.h(), stride.h(), padding.h(), out.h());
      inside("columns", in.w(), kernel.w(), stride.w(), padding.w(), out.w());
    }
  }

  private static void inside(String what, int in, int kernel, int stride, int padding, int out) {
    // Windows hang over at either end at most; those between lie inside.
    if (padding >= kernel || (out - 1L) * stride - padding >= in) {
      throw new IllegalArgumentException("pooling: a window of no " + what + " inside the input of " + in);
    }
  }

  /**
   * A height and a width.
   *
   * @param h rows
   * @param w columns
   */
  public record Extent(int h, int w) {

    void atLeast(int least, String name) {
      Launches.atLeast(least, h, name + " height");
      Launches.atLeast(least, w, name + " width");
    }
  }

  /** Elements of x. */
  public long xCount() {
    return (long) n * in.h() * in.w() * c;
  }

  /** Elements of y. */
  public long yCount() {
    return (long) n * out.h() * out.w() * c;
  }

  /** Cells of the largest window. */
  long cells() {
    // An adaptive window has at most the quotient rounded up and one more.
    return adaptive ? largest(in.h(), out.h()) * largest(in.w(), out.w()) : (long) kernel.h() * kernel.w();
  }

  private static long largest(int in, int out) {
    long most = 0;
    for (long i = 0; i < out; i++) {
      most = Math.max(most, ((i + 1) * in + out - 1) / out - i * in / out);
    }
    return most;
  }

  /** Images of a row of blocks, so that 32 bits suffice there for elements of either side. */
  int part() {
    return part(n, Math.max((long) in.h() * in.w(), (long) out.h() * out.w()) * c);
  }

  static int part(int n, long elements) {
    if (elements > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("an image of " + elements + " elements is too large for the device's kernels");
    }
    return (int) Math.min(n, Integer.MAX_VALUE / elements);
  }

  Arguments write(Arguments a) {
    a.i32(n).i32(c).i32(in.h()).i32(in.w());
    a.i32(kernel.h()).i32(kernel.w()).i32(stride.h()).i32(stride.w()).i32(padding.h()).i32(padding.w());
    a.i32(out.h()).i32(out.w()).i32(adaptive ? 1 : 0).i32(countPadding ? 1 : 0);
    return a.i32(part()).i32(0);
  }
}
