package org.chagres.nn.modules;

import org.chagres.nn.tensor.Tensor;

/** Logarithm of the softmax along a dimension. */
public final class LogSoftmax extends Layer {

  private final int dim;

  /** Along a dimension, negative from the back. */
  public LogSoftmax(int dim) {
    this.dim = dim;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return x.logSoftmax(dim);
  }

  @Override
  protected String options() {
    return "dim=" + dim;
  }
}
