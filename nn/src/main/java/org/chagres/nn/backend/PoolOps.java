package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.shape.PoolShape;

/** 2-D pooling, f32, channels last; windows may overlap. */
public interface PoolOps {

  /**
   * Largest of each window and, one byte each, its position in the window, {@code row · width + column} counted from the
   * window's first cell, padding included; the width is the kernel's, or the window's own where adaptive. The first one where
   * equal; a NaN before all, the last of several. The indices may be left out.
   */
  void maxForward(PoolShape shape, MemorySegment x, MemorySegment y, MemorySegment indices);

  /** dx from dy and the saved positions. */
  void maxBackward(PoolShape shape, MemorySegment dy, MemorySegment indices, MemorySegment dx);

  /** Mean of each window; adaptive too. */
  void averageForward(PoolShape shape, MemorySegment x, MemorySegment y);

  /** dx from dy. */
  void averageBackward(PoolShape shape, MemorySegment dy, MemorySegment dx);
}
