package org.chagres.nn.modules;

import org.chagres.nn.functional.BatchNormChain;
import org.chagres.nn.functional.Pooling;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.PoolShape.Window;
import org.chagres.simd.shape.Size;

/**
 * The largest value of each window.
 *
 * <p>Shape: (N, C, H, W) to (N, C, H', W'), H' = ⌊(H + 2·padding - kernel) / stride⌋ + 1, rounded up with {@link #ceilMode}. The
 * stride is the kernel unless set.
 */
public final class MaxPool2d extends Layer {

  private Window window;

  /** A square window, its stride its size. */
  public MaxPool2d(int kernel) {
    this(kernel, kernel);
  }

  /** A square window. */
  public MaxPool2d(int kernel, int stride) {
    this(new Size(kernel, kernel), new Size(stride, stride));
  }

  /** A window of rows and columns. */
  public MaxPool2d(Size kernel, Size stride) {
    option(kernel.h() > 0 && kernel.w() > 0, "kernel", "1 or more", kernel);
    option(stride.h() > 0 && stride.w() > 0, "stride", "1 or more", stride);
    window = new Window(kernel, stride, Size.of(0), false, true);
  }

  /** Cells added around the image, at most half the window. */
  public MaxPool2d padding(int both) {
    return padding(both, both);
  }

  /** Cells added above and below, left and right. */
  public MaxPool2d padding(int h, int w) {
    boolean fits = h >= 0 && w >= 0 && h <= window.kernel().h() / 2 && w <= window.kernel().w() / 2;
    option(fits, "padding", "0 up to half the kernel " + window.kernel(), new Size(h, w));
    window = new Window(window.kernel(), window.stride(), new Size(h, w), window.ceilMode(), window.countPadding());
    restructured(); // a chain may hold the window
    return this;
  }

  /** Whether the output size is rounded up. */
  public MaxPool2d ceilMode(boolean on) {
    window = new Window(window.kernel(), window.stride(), window.padding(), on, window.countPadding());
    restructured(); // a chain may hold the window
    return this;
  }

  Window window() {
    return window;
  }

  /** Whether it can be part of a chain of modules run together, for an input of a norm before it. */
  boolean chains(Tensor x) {
    return BatchNormChain.fits(window, x.size(2), x.size(3));
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Pooling.maxPool2d(x, window);
  }

  @Override
  protected String options() {
    return "kernel=" + window.kernel() + ", stride=" + window.stride() + ", padding=" + window.padding();
  }
}
