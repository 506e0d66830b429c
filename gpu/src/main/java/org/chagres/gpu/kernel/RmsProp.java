package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** The options of RMSprop that stay the same, with PyTorch's names. */
public record RmsProp(
    double alpha, double eps, double weightDecay, double momentum, boolean centered, boolean maximize) {

  /**
   * State, f32.
   *
   * @param square mean square of the gradient
   * @param momentum momentum buffer, left out without momentum
   * @param mean mean gradient, left out where not centered
   */
  public record State(MemorySegment square, MemorySegment momentum, MemorySegment mean) {}
}
