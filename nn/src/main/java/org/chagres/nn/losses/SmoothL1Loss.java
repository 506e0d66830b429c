package org.chagres.nn.losses;

import org.chagres.nn.functional.PairLosses;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.Reduction;

/** 0.5·d²/beta where |d| &lt; beta, else |d| - 0.5·beta (Girshick, 2015). Shape: input and target alike; the result is one value, or that shape with {@link Reduction#NONE}. */
public final class SmoothL1Loss implements Loss {

  private Reduction reduction = Reduction.MEAN;

  private final double beta;

  /** Beta 1. */
  public SmoothL1Loss() {
    this(1);
  }

  /** With a beta, 0 or more. */
  public SmoothL1Loss(double beta) {
    if (!(beta >= 0)) {
      throw new IllegalArgumentException("SmoothL1Loss: beta: expected 0 or more, got " + beta);
    }
    this.beta = beta;
  }

  /** What becomes of the elements' losses; their mean unless set. */
  public SmoothL1Loss reduction(Reduction value) {
    reduction = value;
    return this;
  }

  @Override
  public Tensor forward(Tensor input, Tensor target) {
    return PairLosses.apply(PairLoss.SMOOTH_L1, beta, reduction, input, target);
  }
}
