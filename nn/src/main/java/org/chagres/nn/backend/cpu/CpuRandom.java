package org.chagres.nn.backend.cpu;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.RandomOps;
import org.chagres.simd.random.Dropout;
import org.chagres.simd.random.RandomFill;
import org.chagres.simd.random.Stream;

/** Random numbers on the CPU. */
public final class CpuRandom implements RandomOps {

  private final CpuStream stream;

  /** Over the stream that runs its jobs. */
  public CpuRandom(CpuStream stream) {
    this.stream = stream;
  }

  @Override
  public void uniform(Stream at, long count, float low, float high, MemorySegment y) {
    stream.run(RandomFill.uniform(at, count, low, high, y));
  }

  @Override
  public void normal(Stream at, long count, float mean, float std, MemorySegment y) {
    stream.run(RandomFill.normal(at, count, mean, std, y));
  }

  @Override
  public void integers(Stream at, long count, long low, long high, MemorySegment y) {
    stream.run(RandomFill.integers(at, count, low, high, y));
  }

  @Override
  public void dropout(Stream at, double p, long count, MemorySegment x, MemorySegment y) {
    stream.run(Dropout.apply(at, p, count, x, y));
  }
}
