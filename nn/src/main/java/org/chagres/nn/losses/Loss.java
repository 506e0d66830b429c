package org.chagres.nn.losses;

import org.chagres.nn.tensor.Tensor;

/** How wrong a prediction is. */
@FunctionalInterface
public interface Loss {

  /** The loss of a prediction against a target. */
  Tensor forward(Tensor input, Tensor target);
}
