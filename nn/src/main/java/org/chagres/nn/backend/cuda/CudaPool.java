package org.chagres.nn.backend.cuda;

import static org.chagres.nn.backend.cuda.Translate.windows;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.kernel.PoolKernels;
import org.chagres.gpu.kernel.Windows;
import org.chagres.nn.backend.PoolOps;
import org.chagres.simd.shape.PoolShape;

/** Pooling on a GPU. */
final class CudaPool implements PoolOps {

  private final CudaQueue queue;
  private final PoolKernels kernels;

  /** Over the queue that its kernels go to. */
  CudaPool(CudaQueue queue) {
    this.queue = queue;
    this.kernels = new PoolKernels(queue.launcher());
  }

  @Override
  public void maxForward(PoolShape shape, MemorySegment x, MemorySegment y, MemorySegment indices) {
    Windows s = windows(shape);
    queue.run(() -> kernels.maxForward(s, x, y, indices));
  }

  @Override
  public void maxBackward(PoolShape shape, MemorySegment dy, MemorySegment indices, MemorySegment dx) {
    Windows s = windows(shape);
    queue.run(() -> kernels.maxBackward(s, dy, indices, dx));
  }

  @Override
  public void averageForward(PoolShape shape, MemorySegment x, MemorySegment y) {
    Windows s = windows(shape);
    queue.run(() -> kernels.averageForward(s, x, y));
  }

  @Override
  public void averageBackward(PoolShape shape, MemorySegment dy, MemorySegment dx) {
    Windows s = windows(shape);
    queue.run(() -> kernels.averageBackward(s, dy, dx));
  }
}
