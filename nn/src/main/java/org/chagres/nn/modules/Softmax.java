package org.chagres.nn.modules;

import org.chagres.nn.tensor.Tensor;

/** e^x / Σ e^x along a dimension. */
public final class Softmax extends Layer {

  private final int dim;

  /** Along a dimension, negative from the back. */
  public Softmax(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return x.softmax(dim);
  }

  @Override
  protected String options() {
    return "dim=" + dim;
  }
}
