package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * What a normalisation has: moments, written in training, and what it is scaled and shifted by, which may be left out.
 * f32 each: batch norm's of a column; layer norm's moments of a row.
 *
 * @param mean mean
 * @param inverseStd 1/√(variance + eps)
 * @param weight scale of a column
 * @param bias shift of a column
 */
public record Norm(MemorySegment mean, MemorySegment inverseStd, MemorySegment weight, MemorySegment bias) {

  Arguments write(long columns, Arguments a) {
    long bytes = 4 * columns;
    a.at(mean, bytes, "mean").at(inverseStd, bytes, "inverse std");
    return a.optional(weight, bytes, "weight").optional(bias, bytes, "bias");
  }

  /**
   * Where gradients go, f32; those of weight and bias may be left out.
   *
   * @param x of the input's size
   * @param weight (columns)
   * @param bias (columns)
   */
  public record Gradients(MemorySegment x, MemorySegment weight, MemorySegment bias) {

    boolean sums() {
      return !Arguments.isNull(weight) || !Arguments.isNull(bias);
    }
  }
}
