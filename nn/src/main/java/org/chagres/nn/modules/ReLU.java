package org.chagres.nn.modules;

import org.chagres.nn.functional.Activation;
import org.chagres.nn.tensor.Tensor;

/** max(x, 0), element by element. */
public final class ReLU extends Layer {

  /** Without options. */
  public ReLU() {}

  @Override
  protected Tensor compute(Tensor x) {
    return Activation.relu(x);
  }
}
