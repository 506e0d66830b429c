package org.chagres.simd.loss;

import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.Reduction;

/**
 * A loss of pairs.
 *
 * @param loss its kind
 * @param parameter beta of {@link PairLoss#SMOOTH_L1} (0 or more; 0 is L1), delta of {@link PairLoss#HUBER} (above 0); not
 *     used by others
 * @param reduction what becomes of the elements
 */
public record Pair(PairLoss loss, float parameter, Reduction reduction) {

  /** Checks the parameter. */
  public Pair {
    if (loss == PairLoss.SMOOTH_L1 && !(parameter >= 0)) {
      throw new IllegalArgumentException("smooth L1 loss: expected beta of 0 or more, got " + parameter);
    }
    if (loss == PairLoss.HUBER && !(parameter > 0)) {
      throw new IllegalArgumentException("Huber loss: expected delta above 0, got " + parameter);
    }
  }
}
