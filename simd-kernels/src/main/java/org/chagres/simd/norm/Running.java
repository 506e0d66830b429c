package org.chagres.simd.norm;

import java.lang.foreign.MemorySegment;

/**
 * Running mean and (unbiased) variance of a channel and the weight of the new value in their update.
 *
 * @param mean f32 (columns), or {@link MemorySegment#NULL} with the variance where there are none
 * @param variance f32 (columns)
 * @param momentum 0 to 1; for a cumulative average, one over the number of batches so far
 */
public record Running(MemorySegment mean, MemorySegment variance, double momentum) {

  /** No running statistics. */
  public static final Running NONE = new Running(MemorySegment.NULL, MemorySegment.NULL, 0);
}
