package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.PoolOps;
import org.chagres.simd.pool.Pool;
import org.chagres.simd.shape.PoolShape;

/** Pooling on the CPU. */
public final class CpuPool implements PoolOps {

  private final CpuStream stream;

  /** Over the stream that runs its jobs. */
  public CpuPool(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void maxForward(PoolShape shape, MemorySegment x, MemorySegment y, MemorySegment indices) {
    stream.run(Pool.maxForward(shape, x, y, indices));
  }

  @Override
  public void maxBackward(PoolShape shape, MemorySegment dy, MemorySegment indices, MemorySegment dx) {
    stream.run(Pool.maxBackward(shape, dy, indices, dx));
  }

  @Override
  public void averageForward(PoolShape shape, MemorySegment x, MemorySegment y) {
    stream.run(Pool.averageForward(shape, x, y));
  }

  @Override
  public void averageBackward(PoolShape shape, MemorySegment dy, MemorySegment dx) {
    stream.run(Pool.averageBackward(shape, dy, dx));
  }
}
