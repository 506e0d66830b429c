package org.chagres.nn.losses;

import org.chagres.nn.functional.PairLosses;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.Reduction;

/** 0.5·d² where |d| ≤ delta, else delta·(|d| - 0.5·delta) (Huber, 1964). Shape: input and target alike; the result is one value, or that shape with {@link Reduction#NONE}. */
public final class HuberLoss implements Loss {

  private Reduction reduction = Reduction.MEAN;

  private final double delta;

  /** Delta 1. */
  public HuberLoss() {
    this(1);
  }

  /** With a delta, more than 0. */
  public HuberLoss(double delta) {
    if (!(delta > 0)) {
      throw new IllegalArgumentException("HuberLoss: delta: expected more than 0, got " + delta);
    }
    this.delta = delta;
  }

  /** What becomes of the elements' losses; their mean unless set. */
  public HuberLoss reduction(Reduction value) {
    reduction = value;
    return this;
  }

  @Override
  public Tensor forward(Tensor input, Tensor target) {
    return PairLosses.apply(PairLoss.HUBER, delta, reduction, input, target);
  }
}
