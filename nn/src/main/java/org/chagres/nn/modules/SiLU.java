package org.chagres.nn.modules;

import org.chagres.nn.functional.Activation;
import org.chagres.nn.tensor.Tensor;

/** x·σ(x), element by element. */
public final class SiLU extends Layer {

  /** Without options. */
  public SiLU() {}

  @Override
  protected Tensor compute(Tensor x) {
    return Activation.silu(x);
  }
}
