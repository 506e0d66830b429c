package org.chagres.simd.norm;

import java.lang.foreign.MemorySegment;

/**
 * Scale and shift of a column; either may be left out with {@link MemorySegment#NULL}.
 *
 * @param weight f32 (columns)
 * @param bias f32 (columns)
 */
public record Affine(MemorySegment weight, MemorySegment bias) {

  /** Neither. */
  public static final Affine NONE = new Affine(MemorySegment.NULL, MemorySegment.NULL);
}
