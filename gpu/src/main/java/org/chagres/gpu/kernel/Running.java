package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Running mean and unbiased variance of a column, f32, both or neither left out.
 *
 * @param mean (columns)
 * @param variance (columns)
 * @param momentum weight of the new value, 0 to 1
 */
public record Running(MemorySegment mean, MemorySegment variance, double momentum) {

  /** None. */
  public static final Running NONE = new Running(MemorySegment.NULL, MemorySegment.NULL, 0);

  /** Checks the numbers. */
  public Running {
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new IllegalArgumentException("momentum: expected 0 to 1, got " + momentum);
    }
    if (Arguments.isNull(mean) != Arguments.isNull(variance)) {
      throw new IllegalArgumentException("running statistics: expected mean and variance or neither");
    }
  }
}
