package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.ByteCount;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.pool.Pool;
import org.chagres.simd.shape.PoolShape;
import org.chagres.simd.shape.Size;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Pooling of 32 channels at 32² by windows of 2×2, forward and backward. Bytes are those that must be read and written at
 * least, each once.
 *
 * <p>{@code ./chagres bench jmh PoolRate}: with 8 images all is in cache, with 128 memory is the limit.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class PoolRate {

  private static final int CHANNELS = 32;
  private static final int SIDE = 32;

  @Param({"8", "128"}) int images;

  @Param("1") int threads;

  private Arena arena;
  private Workers workers;
  private Job maxForward;
  private Job maxBackward;
  private Job averageForward;
  private Job averageBackward;
  private long floats;
  private long positions;

  /** For JMH. */
  public PoolRate() {}

  /** Activations and jobs. */
  @Setup(Level.Trial)
  public void prepare() {
    arena = Arena.ofShared();
    workers = Workers.of(threads);
    PoolShape.Window halves = new PoolShape.Window(Size.of(2), Size.of(2), Size.of(0), false, true);
    PoolShape s = PoolShape.of(images, CHANNELS, SIDE, SIDE, halves);
    MemorySegment x = Buffers.floats(arena, s.xCount());
    MemorySegment y = Buffers.floats(arena, s.yCount());
    MemorySegment dy = Buffers.floats(arena, s.yCount());
    MemorySegment dx = Buffers.floats(arena, s.xCount());
    MemorySegment indices = arena.allocate(s.yCount(), 64);
    maxForward = Pool.maxForward(s, x, y, indices);
    workers.run(maxForward);
    maxBackward = Pool.maxBackward(s, dy, indices, dx);
    averageForward = Pool.averageForward(s, x, y);
    averageBackward = Pool.averageBackward(s, dy, dx);
    floats = 4 * (s.xCount() + s.yCount());
    positions = s.yCount();
  }

  /** The largest of each window and its position. */
  @Benchmark
  public void maxForward(ByteCount count) {
    workers.run(maxForward);
    count.gbytes += floats + positions;
  }

  /** dx from dy and the positions. */
  @Benchmark
  public void maxBackward(ByteCount count) {
    workers.run(maxBackward);
    count.gbytes += floats + positions;
  }

  /** The mean of each window. */
  @Benchmark
  public void averageForward(ByteCount count) {
    workers.run(averageForward);
    count.gbytes += floats;
  }

  /** dx from dy. */
  @Benchmark
  public void averageBackward(ByteCount count) {
    workers.run(averageBackward);
    count.gbytes += floats;
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
    arena.close();
  }
}
