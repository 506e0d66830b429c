package org.chagres.nn.losses;

import java.util.Optional;
import org.chagres.nn.functional.ClassLosses;
import org.chagres.nn.functional.ClassLosses.Options;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.Reduction;

/**
 * Negative log-likelihood of log-probabilities and classes.
 *
 * <p>Shape: input (N, C) or (N, C, ...), target i64 (N) or (N, ...); the result is one value, or the target's shape with {@link
 * Reduction#NONE}. The mean divides by the weights of the targets that count.
 */
public final class NLLLoss implements Loss {

  private Options options = Options.DEFAULT;

  /** PyTorch's defaults: mean, no weights. */
  public NLLLoss() {}

  /** Weight of each class (C). */
  public NLLLoss weight(Tensor weight) {
    options = new Options(Optional.of(weight), options.ignoreIndex(), options.smoothing(), options.reduction());
    return this;
  }

  /** A target that counts for nothing; -100 unless set. */
  public NLLLoss ignoreIndex(long index) {
    options = new Options(options.weight(), index, options.smoothing(), options.reduction());
    return this;
  }

  /** What becomes of the samples' losses; their mean unless set. */
  public NLLLoss reduction(Reduction reduction) {
    options = new Options(options.weight(), options.ignoreIndex(), options.smoothing(), reduction);
    return this;
  }

  @Override
  public Tensor forward(Tensor input, Tensor target) {
    return ClassLosses.nll(input, target, options);
  }
}
