package org.chagres.simd.shape;

/**
 * The geometry of a 2-D pooling. Memory: x is (n, h, w, c) and y is (n, outH, outW, c), channels last.
 *
 * <p>An adaptive pooling has windows of its own for each output cell, from {@code floor(i·H / outH)} up to
 * {@code ceil((i+1)·H / outH)}; its kernel, stride and padding are not used.
 *
 * @param n images
 * @param c channels
 * @param h input rows
 * @param w input columns
 * @param kernel window
 * @param stride step of the window
 * @param padding rows and columns added around the input, at most half the window
 * @param out output rows and columns
 * @param adaptive whether windows are worked out from the output size
 * @param countPadding whether padded cells count in an average's divisor
 */
public record PoolShape(
    int n, int c, int h, int w, Size kernel, Size stride, Size padding, Size out, boolean adaptive,
    boolean countPadding) {

  /** Checks the numbers. */
  public PoolShape {
    ConvShape.positive("images", n);
    ConvShape.positive("channels", c);
    ConvShape.positive("input height", h);
    ConvShape.positive("input width", w);
    ConvShape.positive("kernel height", kernel.h());
    ConvShape.positive("kernel width", kernel.w());
    ConvShape.positive("stride height", stride.h());
    ConvShape.positive("stride width", stride.w());
    if (padding.h() < 0 || padding.w() < 0 || padding.h() > kernel.h() / 2 || padding.w() > kernel.w() / 2) {
      throw new IllegalArgumentException("padding: expected 0 up to half the kernel " + kernel + ", got " + padding);
    }
    if (out.h() < 1 || out.w() < 1) {
      throw new IllegalArgumentException(
          "kernel " + kernel + " is larger than the padded input, " + h + "x" + w + " with padding " + padding);
    }
    checkBytes(n, h, w, c);
    checkBytes(n, out.h(), out.w(), c);
  }

  /** Windows of a fixed size; {@code ceilMode} keeps a last window that hangs over the edge, as in PyTorch. */
  public static PoolShape of(
      int n, int c, int h, int w, Window window) {
    Size out =
        new Size(
            out(h, window.kernel().h(), window.stride().h(), window.padding().h(), window.ceilMode()),
            out(w, window.kernel().w(), window.stride().w(), window.padding().w(), window.ceilMode()));
    return new PoolShape(
        n, c, h, w, window.kernel(), window.stride(), window.padding(), out, false, window.countPadding());
  }

  /** Windows worked out from the output size. */
  public static PoolShape adaptive(int n, int c, int h, int w, Size out) {
    return new PoolShape(n, c, h, w, Size.of(1), Size.of(1), Size.of(0), out, true, true);
  }

  /**
   * What a pooling layer is configured with.
   *
   * @param kernel window
   * @param stride step
   * @param padding padding
   * @param ceilMode whether the output size is rounded up
   * @param countPadding whether padded cells count in an average's divisor
   */
  public record Window(Size kernel, Size stride, Size padding, boolean ceilMode, boolean countPadding) {}

  /** First input row of an output row's window, not under 0. */
  public int top(int oh) {
    return adaptive ? (int) ((long) oh * h / out.h()) : Math.max(0, oh * stride.h() - padding.h());
  }

  /** One past the last input row of an output row's window. */
  public int bottom(int oh) {
    return adaptive
        ? (int) (((oh + 1L) * h + out.h() - 1) / out.h())
        : Math.min(h, oh * stride.h() - padding.h() + kernel.h());
  }

  /** First input column of an output column's window, not under 0. */
  public int left(int ow) {
    return adaptive ? (int) ((long) ow * w / out.w()) : Math.max(0, ow * stride.w() - padding.w());
  }

  /** One past the last input column of an output column's window. */
  public int right(int ow) {
    return adaptive
        ? (int) (((ow + 1L) * w + out.w() - 1) / out.w())
        : Math.min(w, ow * stride.w() - padding.w() + kernel.w());
  }

  /** What an average divides by in a window: its cells inside the input, or with the padding's where those count. */
  public int divisor(int oh, int ow) {
    if (adaptive || !countPadding) {
      return (bottom(oh) - top(oh)) * (right(ow) - left(ow));
    }
    int startH = oh * stride.h() - padding.h();
    int startW = ow * stride.w() - padding.w();
    int endH = Math.min(startH + kernel.h(), h + padding.h());
    int endW = Math.min(startW + kernel.w(), w + padding.w());
    return (endH - startH) * (endW - startW);
  }

  /** Elements of the input. */
  public long xCount() {
    return (long) n * h * w * c;
  }

  /** Elements of the output. */
  public long yCount() {
    return (long) n * out.h() * out.w() * c;
  }

  private static void checkBytes(int n, int h, int w, int c) {
    Math.multiplyExact(Math.multiplyExact(4L * n, h), Math.multiplyExact((long) w, c));
  }

  private static int out(int in, int kernel, int stride, int padding, boolean ceil) {
    long span = in + 2L * padding - kernel;
    if (span < 0) {
      return 0;
    }
    long size = (ceil ? (span + stride - 1) / stride : span / stride) + 1;
    // As in PyTorch, the last window must start inside the input or the padding before it.
    if (ceil && (size - 1) * stride >= (long) in + padding) {
      size--;
    }
    return (int) size;
  }
}
