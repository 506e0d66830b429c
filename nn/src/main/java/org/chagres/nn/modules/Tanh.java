package org.chagres.nn.modules;

import org.chagres.nn.functional.Activation;
import org.chagres.nn.tensor.Tensor;

/** Hyperbolic tangent, element by element. */
public final class Tanh extends Layer {

  /** Without options. */
  public Tanh() {}

  @Override
  protected Tensor compute(Tensor x) {
    return Activation.tanh(x);
  }
}
