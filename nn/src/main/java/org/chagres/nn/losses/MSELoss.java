package org.chagres.nn.losses;

import org.chagres.nn.functional.PairLosses;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.Reduction;

/** (x - t)². Shape: input and target alike; the result is one value, or that shape with {@link Reduction#NONE}. */
public final class MSELoss implements Loss {

  private Reduction reduction = Reduction.MEAN;

  /** The mean over all elements. */
  public MSELoss() {}

  /** What becomes of the elements' losses; their mean unless set. */
  public MSELoss reduction(Reduction value) {
    reduction = value;
    return this;
  }

  @Override
  public Tensor forward(Tensor input, Tensor target) {
    return PairLosses.apply(PairLoss.MSE, 0, reduction, input, target);
  }
}
