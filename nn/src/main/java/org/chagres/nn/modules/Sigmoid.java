package org.chagres.nn.modules;

import org.chagres.nn.functional.Activation;
import org.chagres.nn.tensor.Tensor;

/** 1 / (1 + e^-x), element by element. */
public final class Sigmoid extends Layer {

  /** Without options. */
  public Sigmoid() {}

  @Override
  protected Tensor compute(Tensor x) {
    return Activation.sigmoid(x);
  }
}
