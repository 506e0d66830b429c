package org.chagres.nn.modules;

import org.chagres.nn.tensor.Tensor;

/**
 * A module that computes something itself, without modules of its own. Where its input does not fit, the error names its place
 * in the network.
 */
public abstract class Layer extends Module {

  /** For subclasses. */
  protected Layer() {}

  /** Computes the result. */
  protected abstract Tensor compute(Tensor x);

  @Override
  public final Tensor forward(Tensor x) {
    tellMode();
    Tensor y;
    try {
      y = compute(x);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path() + ": " + e.getMessage(), e);
    }
    Summary.observe(this, x, y);
    return y;
  }

  /**
   * Floating-point operations of a call, a multiply and an add counted as two; 0 for what is small beside products.
   *
   * @param x the input
   * @param y the result
   */
  protected long flops(Tensor x, Tensor y) {
    return 0;
  }

  /** An error that names this layer, an option and its value, unless the value is right. */
  protected final void option(boolean right, String option, String expected, Object value) {
    if (!right) {
      throw new IllegalArgumentException(kind() + ": " + option + ": expected " + expected + ", got " + value);
    }
  }
}
