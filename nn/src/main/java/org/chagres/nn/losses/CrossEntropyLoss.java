package org.chagres.nn.losses;

import java.util.Optional;
import org.chagres.nn.functional.ClassLosses;
import org.chagres.nn.functional.ClassLosses.Options;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.Reduction;

/**
 * Cross entropy of raw scores (no softmax before it) and classes.
 *
 * <p>Shape: input (N, C) or (N, C, ...), target i64 (N) or (N, ...); the result is one value, or the target's shape with {@link
 * Reduction#NONE}. The mean divides by the weights of the targets that count.
 */
public final class CrossEntropyLoss implements Loss {

  private Options options = Options.DEFAULT;

  /** PyTorch's defaults: mean, no weights. */
  public CrossEntropyLoss() {}

  /** Weight of each class (C). */
  public CrossEntropyLoss weight(Tensor weight) {
    options = new Options(Optional.of(weight), options.ignoreIndex(), options.smoothing(), options.reduction());
    return this;
  }

  /** A target that counts for nothing; -100 unless set. */
  public CrossEntropyLoss ignoreIndex(long index) {
    options = new Options(options.weight(), index, options.smoothing(), options.reduction());
    return this;
  }

  /** Share of every target that is spread over all classes, 0 to 1; 0 unless set (Szegedy et al., 2016). */
  public CrossEntropyLoss labelSmoothing(double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("CrossEntropyLoss: labelSmoothing: expected 0 to 1, got " + value);
    }
    options = new Options(options.weight(), options.ignoreIndex(), value, options.reduction());
    return this;
  }

  /** What becomes of the samples' losses; their mean unless set. */
  public CrossEntropyLoss reduction(Reduction reduction) {
    options = new Options(options.weight(), options.ignoreIndex(), options.smoothing(), reduction);
    return this;
  }

  @Override
  public Tensor forward(Tensor input, Tensor target) {
    return ClassLosses.crossEntropy(input, target, options);
  }
}
