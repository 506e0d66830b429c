package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;

/** One optimizer step in one pass over flat f32 blocks, by PyTorch's formulas. */
public interface OptimOps {

  /** SGD's options; {@code first} where the momentum buffer is not yet filled (it becomes the gradient). */
  record Sgd(
      double lr, double momentum, double dampening, double weightDecay, boolean nesterov, boolean maximize,
      boolean first) {}

  /** Adam's and AdamW's options; {@code step} from 1; {@code decoupled} for AdamW's weight decay. */
  record Adam(
      double lr, double beta1, double beta2, double eps, double weightDecay, boolean decoupled, boolean maximize,
      long step) {}

  /** RMSprop's options. */
  record RmsProp(
      double lr, double alpha, double eps, double weightDecay, double momentum, boolean centered, boolean maximize) {}

  /** Moments of Adam; {@code maxSecond} only with amsgrad, else left out. */
  record AdamState(MemorySegment first, MemorySegment second, MemorySegment maxSecond) {}

  /** State of RMSprop; momentum buffer and mean gradient may be left out. */
  record RmsPropState(MemorySegment square, MemorySegment momentum, MemorySegment mean) {}

  /** SGD; the momentum buffer may be left out. */
  void sgd(Sgd options, long count, MemorySegment parameter, MemorySegment gradient, MemorySegment momentum);

  /** Adam, AdamW. */
  void adam(Adam options, long count, MemorySegment parameter, MemorySegment gradient, AdamState state);

  /** RMSprop. */
  void rmsProp(RmsProp options, long count, MemorySegment parameter, MemorySegment gradient, RmsPropState state);

  /** Σ g², summed in double, to one f64 value on the host. */
  double sumSquares(long count, MemorySegment gradient);

  /** g = g · factor. */
  void scale(long count, double factor, MemorySegment gradient);

  /** g limited to -limit … limit. */
  void clamp(long count, double limit, MemorySegment gradient);
}
