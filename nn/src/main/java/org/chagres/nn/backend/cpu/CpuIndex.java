package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.IndexOps;
import org.chagres.simd.index.GatherRows;
import org.chagres.simd.index.Rows;
import org.chagres.simd.index.SumRows;

/** Rows picked by index on the CPU. */
public final class CpuIndex implements IndexOps {

  private final CpuStream stream;

  /** Picking whose jobs go to a stream. */
  public CpuIndex(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void gatherRows(Rows shape, MemorySegment table, MemorySegment indices, MemorySegment y) {
    stream.run(GatherRows.of(shape, table, indices, y));
  }

  @Override
  public void sumRows(Rows shape, MemorySegment dy, MemorySegment indices, MemorySegment dTable) {
    stream.run(SumRows.of(shape, dy, indices, dTable));
  }
}
