package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.ByteCount;
import org.chagres.simd.elementwise.BinaryMap;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.random.Dropout;
import org.chagres.simd.random.Stream;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;
import org.chagres.simd.shape.UnaryOp;
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
 * Element by element over activations of 32 channels at 32², beside those of {@link PassRate}: sums of two, gradients of
 * activations, dropout. Bytes are those that must be read and written at least, each once.
 *
 * <p>{@code ./chagres bench jmh MapRate}: with 8 images all is in cache, with 128 memory is the limit. Expect {@code add} and
 * {@code reluBackward} side by side; {@code geluBackward} and {@code dropout}, which makes its random numbers anew, are bound
 * by arithmetic.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class MapRate {

  private static final long ELEMENTS_OF_AN_IMAGE = 32L * 32 * 32;

  @Param({"8", "128"}) int images;

  @Param("1") int threads;

  private Arena arena;
  private Workers workers;
  private Job add;
  private Job reluBackward;
  private Job geluBackward;
  private Job dropout;
  private long bytes;

  /** For JMH. */
  public MapRate() {}

  /** Activations and jobs. */
  @Setup(Level.Trial)
  public void prepare() {
    arena = Arena.ofShared();
    workers = Workers.of(threads);
    long count = images * ELEMENTS_OF_AN_IMAGE;
    MemorySegment x = Buffers.floats(arena, count);
    MemorySegment dy = Buffers.floats(arena, count);
    MemorySegment y = Buffers.floats(arena, count);
    Strided dense = Strided.of(new long[] {count}, new long[] {1}, new long[] {1});
    add = BinaryMap.forward(BinaryOp.ADD, DType.F32, dense, x, dy, y);
    reluBackward = UnaryMap.backward(Unary.of(UnaryOp.RELU), count, dy, x, y);
    geluBackward = UnaryMap.backward(Unary.of(UnaryOp.GELU), count, dy, x, y);
    dropout = Dropout.apply(new Stream(1, 0), 0.25, count, x, y);
    bytes = 4 * count;
  }

  /** y = x + dy. */
  @Benchmark
  public void add(ByteCount count) {
    workers.run(add);
    count.gbytes += 3 * bytes;
  }

  /** dx = dy where the output was over 0. */
  @Benchmark
  public void reluBackward(ByteCount count) {
    workers.run(reluBackward);
    count.gbytes += 3 * bytes;
  }

  /** dx = dy·(Φ(x) + x·φ(x)). */
  @Benchmark
  public void geluBackward(ByteCount count) {
    workers.run(geluBackward);
    count.gbytes += 3 * bytes;
  }

  /** y = x/(1-p) with probability 1-p, else 0. */
  @Benchmark
  public void dropout(ByteCount count) {
    workers.run(dropout);
    count.gbytes += 2 * bytes;
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
    arena.close();
  }
}
