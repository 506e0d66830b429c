package org.chagres.nn.losses;

import java.util.Optional;
import org.chagres.nn.functional.BinaryCrossEntropy;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.Reduction;

/**
 * Binary cross entropy of raw scores and targets from 0 to 1. Shape: input and target alike; the result is one value, or that
 * shape with {@link Reduction#NONE}.
 */
public final class BCEWithLogitsLoss implements Loss {

  private Optional<Tensor> posWeight = Optional.empty();
  private Reduction reduction = Reduction.MEAN;

  /** The mean over all elements. */
  public BCEWithLogitsLoss() {}

  /** Weight of the positives of each index of the last dimension. */
  public BCEWithLogitsLoss posWeight(Tensor weight) {
    posWeight = Optional.of(weight);
    return this;
  }

  /** What becomes of the elements' losses; their mean unless set. */
  public BCEWithLogitsLoss reduction(Reduction value) {
    reduction = value;
    return this;
  }

  @Override
  public Tensor forward(Tensor input, Tensor target) {
    return BinaryCrossEntropy.withLogits(input, target, posWeight, reduction);
  }
}
