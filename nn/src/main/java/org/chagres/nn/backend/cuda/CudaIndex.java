package org.chagres.nn.backend.cuda;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.IndexKernels;
import org.chagres.gpu.kernel.Table;
import org.chagres.nn.backend.IndexOps;
import org.chagres.simd.index.Rows;

/** Rows picked by index on a GPU. */
final class CudaIndex implements IndexOps {

  private final CudaQueue queue;
  private final IndexKernels kernels;

  /** Picking whose kernels go to a queue. */
  CudaIndex(CudaQueue queue) {
    this.queue = queue;
    this.kernels = new IndexKernels(queue.launcher());
  }

  private static Table table(Rows s) {
    return new Table(s.table(), s.width(), s.count());
  }

  @Override
  public void gatherRows(Rows shape, MemorySegment table, MemorySegment indices, MemorySegment y) {
    Table s = table(shape);
    queue.run(() -> kernels.gatherRows(s, table, indices, y));
  }

  @Override
  public void sumRows(Rows shape, MemorySegment dy, MemorySegment indices, MemorySegment dTable) {
    Table s = table(shape);
    queue.run(() -> kernels.sumRows(s, dy, indices, dTable));
  }
}
