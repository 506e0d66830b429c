package org.chagres.nn.modules;

import org.chagres.nn.functional.Activation;
import org.chagres.nn.tensor.Tensor;

/** x where positive, else slope·x. */
public final class LeakyReLU extends Layer {

  private final double slope;

  /** Slope 0.01. */
  public LeakyReLU() {
    this(0.01);
  }

  /** With a slope for negative values, 0 or more. */
  public LeakyReLU(double slope) {
    option(slope >= 0, "slope", "0 or more", slope);
    this.slope = slope;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Activation.leakyRelu(x, slope);
  }

  @Override
  protected String options() {
    return "negative_slope=" + slope;
  }
}
