package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.shape.GemmShape;

/** Matrix products, f32. */
public interface MatrixOps {

  /** C = op(A)·op(B) (+ C) + bias; the bias has n elements, one for a column of C, and may be left out. */
  void multiply(GemmShape shape, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment c);
}
