package org.chagres.simd.shape;

/**
 * The geometry of a 2-D convolution, worked out once; also a cache key.
 *
 * <p>Memory: x is (n, h, w, c) and y is (n, outH, outW, k), channels last; the weight is (k, c / groups, kh, kw) as in PyTorch.
 *
 * @param n images
 * @param c input channels
 * @param h input rows
 * @param w input columns
 * @param k output channels
 * @param kernel height and width of the filter
 * @param stride rows and columns
 * @param padding rows of zeros above and below, columns left and right
 * @param dilation rows and columns
 * @param groups groups of channels; {@code c} for a depthwise convolution
 */
public record ConvShape(
    int n, int c, int h, int w, int k, Size kernel, Size stride, Size padding, Size dilation, int groups) {

  /** Checks the numbers. */
  public ConvShape {
    positive("images", n);
    positive("input channels", c);
    positive("input height", h);
    positive("input width", w);
    positive("output channels", k);
    positive("groups", groups);
    positive("kernel height", kernel.h());
    positive("kernel width", kernel.w());
    positive("stride height", stride.h());
    positive("stride width", stride.w());
    positive("dilation height", dilation.h());
    positive("dilation width", dilation.w());
    if (padding.h() < 0 || padding.w() < 0) {
      throw new IllegalArgumentException("padding: expected 0 or more, got " + padding);
    }
    if (c % groups != 0) {
      throw new IllegalArgumentException("groups: " + c + " input channels do not divide into " + groups + " groups");
    }
    if (k % groups != 0) {
      throw new IllegalArgumentException("groups: " + k + " output channels do not divide into " + groups + " groups");
    }
    if (out(h, kernel.h(), stride.h(), padding.h(), dilation.h()) < 1
        || out(w, kernel.w(), stride.w(), padding.w(), dilation.w()) < 1) {
      throw new IllegalArgumentException(
          "kernel " + kernel + " (dilation " + dilation + ") is larger than the padded input, " + h + "x" + w
              + " with padding " + padding);
    }
    Math.multiplyExact(Math.multiplyExact((long) n * h, w), (long) c);
  }

  /** The plain case: square kernel, one group, dilation 1. */
  public static ConvShape of(int n, int c, int h, int w, int k, int kernel, int stride, int padding) {
    return new ConvShape(
        n, c, h, w, k, Size.of(kernel), Size.of(stride), Size.of(padding), Size.of(1), 1);
  }

  /** Output rows. */
  public int outH() {
    return (int) out(h, kernel.h(), stride.h(), padding.h(), dilation.h());
  }

  /** Output columns. */
  public int outW() {
    return (int) out(w, kernel.w(), stride.w(), padding.w(), dilation.w());
  }

  /** Elements of the input. */
  public long xCount() {
    return (long) n * h * w * c;
  }

  /** Elements of the weight. */
  public long wCount() {
    return (long) k * (c / groups) * kernel.h() * kernel.w();
  }

  /** Elements of the output. */
  public long yCount() {
    return (long) n * outH() * outW() * k;
  }

  /** Floating-point operations of the forward pass, a multiply and an add counted as two. */
  public long flops() {
    return 2L * yCount() * (c / groups) * kernel.h() * kernel.w();
  }

  /** The same geometry for another number of images. */
  public ConvShape withImages(int images) {
    return new ConvShape(images, c, h, w, k, kernel, stride, padding, dilation, groups);
  }

  static long out(int in, int kernel, int stride, int padding, int dilation) {
    long span = in + 2L * padding - (long) dilation * (kernel - 1) - 1;
    return span < 0 ? 0 : span / stride + 1;
  }

  static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": expected 1 or more, got " + value);
    }
  }
}
