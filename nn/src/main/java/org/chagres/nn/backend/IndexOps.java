package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.index.Rows;

/** Rows picked by index, f32. */
public interface IndexOps {

  /** y[i] = table[indices[i]]; indices are int64. */
  void gatherRows(Rows shape, MemorySegment table, MemorySegment indices, MemorySegment y);

  /** Backward: table gradient = Σ dy[i] over the i of each row, all rows written, in the order of i. */
  void sumRows(Rows shape, MemorySegment dy, MemorySegment indices, MemorySegment dTable);
}
