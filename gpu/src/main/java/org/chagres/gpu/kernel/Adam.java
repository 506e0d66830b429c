package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** The options of Adam and AdamW ({@code decoupled}) that stay the same, with PyTorch's names. */
public record Adam(
    double beta1, double beta2, double eps, double weightDecay, boolean decoupled, boolean maximize) {

  /**
   * Moments, f32.
   *
   * @param first mean of the gradient
   * @param second mean of its square
   * @param largest the largest second moment so far with amsgrad, else left out
   */
  public record State(MemorySegment first, MemorySegment second, MemorySegment largest) {}
}
