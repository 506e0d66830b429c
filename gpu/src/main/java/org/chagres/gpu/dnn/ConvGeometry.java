package org.chagres.gpu.dnn;

/**
 * The geometry of a 2-D convolution.
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
public record ConvGeometry(
    int n, int c, int h, int w, int k, Size kernel, Size stride, Size padding, Size dilation, int groups) {

  /** Checks the numbers. */
  public ConvGeometry {
    positive("images", n);
    positive("input channels", c);
    positive("input height", h);
    positive("input width", w);
    positive("output channels", k);
    positive("groups", groups);
    positive("kernel " + kernel, Math.min(kernel.h(), kernel.w()));
    positive("stride " + stride, Math.min(stride.h(), stride.w()));
    positive("dilation " + dilation, Math.min(dilation.h(), dilation.w()));
    if (padding.h() < 0 || padding.w() < 0) {
      throw new IllegalArgumentException("padding: expected 0 or more, got " + padding);
    }
    if (c % groups != 0 || k % groups != 0) {
      throw new IllegalArgumentException(
          "groups: " + c + " input and " + k + " output channels do not divide into " + groups + " groups");
    }
    if (out(h, kernel.h(), stride.h(), padding.h(), dilation.h()) < 1
        || out(w, kernel.w(), stride.w(), padding.w(), dilation.w()) < 1) {
      throw new IllegalArgumentException("kernel " + kernel + " (dilation " + dilation
          + ") is larger than the padded input, " + h + "x" + w + " with padding " + padding);
    }
  }

  /** The plain case: square kernel, one group, dilation 1. */
  public static ConvGeometry of(int n, int c, int h, int w, int k, int kernel, int stride, int padding) {
    return new ConvGeometry(n, c, h, w, k, Size.of(kernel), Size.of(stride), Size.of(padding), Size.of(1), 1);
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

  /** Elements of the filter. */
  public long wCount() {
    return (long) k * (c / groups) * kernel.h() * kernel.w();
  }

  /** Elements of the output. */
  public long yCount() {
    return (long) n * outH() * outW() * k;
  }

  private static long out(int in, int kernel, int stride, int padding, int dilation) {
    long span = in + 2L * padding - (long) dilation * (kernel - 1) - 1;
    return span < 0 ? 0 : span / stride + 1;
  }

  private static void positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": expected 1 or more, got " + value);
    }
  }
}
