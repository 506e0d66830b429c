package org.chagres.nn.modules;

import org.chagres.nn.tensor.Tensor;

/** Joins dimensions, from 1 to the last unless set; (N, C, H, W) becomes (N, C·H·W) in PyTorch's order. */
public final class Flatten extends Layer {

  private final int startDim;
  private final int endDim;

  /** All but the batch dimension. */
  public Flatten() {
    this(1, -1);
  }

  /** From one dimension to another. */
  public Flatten(int startDim, int endDim) {
    this.startDim = startDim;
    this.endDim = endDim;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return x.flatten(startDim, endDim);
  }

  @Override
  protected String options() {
    return "start_dim=" + startDim + ", end_dim=" + endDim;
  }
}
