package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;

/** Rows picked by index, f32. */
public interface IndexOps {

  /** The geometry: rows of the table, their width, number of indices. */
  record Rows(int table, int width, long count) {}

  /** y[i] = table[indices[i]]; indices are int64, already checked. */
  void gatherRows(Rows shape, MemorySegment table, MemorySegment indices, MemorySegment y);

  /** Backward: table gradient = Σ dy[i] over the i of each row, all rows written, in the order of i. */
  void sumRows(Rows shape, MemorySegment dy, MemorySegment indices, MemorySegment dTable);
}
