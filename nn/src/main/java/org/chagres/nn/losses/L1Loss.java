package org.chagres.nn.losses;

import org.chagres.nn.functional.PairLosses;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.Reduction;

/** |x - t|. Shape: input and target alike; the result is one value, or that shape with {@link Reduction#NONE}. */
public final class L1Loss implements Loss {

  private Reduction reduction = Reduction.MEAN;

  /** The mean over all elements. */
  public L1Loss() {}

  /** What becomes of the elements' losses; their mean unless set. */
  public L1Loss reduction(Reduction value) {
    reduction = value;
    return this;
  }

  @Override
  public Tensor forward(Tensor input, Tensor target) {
    return PairLosses.apply(PairLoss.L1, 0, reduction, input, target);
  }
}
