package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.ByteCount;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.BatchNorm;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.norm.Running;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.NormShape;
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
 * Passes over activations of 32 channels at 32², what a training step does between its convolutions. Bytes are those
 * that must be read and written at least, each once.
 *
 * <p>{@code ./chagres bench jmh PassRate}: the rows {@code :gbytes} are GB/s. With 8 images (1 MiB) all is in cache; with 128
 * (16 MiB a buffer) memory is the limit, and {@code copy}, the system's own, says what there is. Expect {@code relu} and
 * {@code normApply} side by side and, with 128 images, not far under the copy; {@code normBackward} at most at three
 * fifths of those, since it reads both operands twice and they are counted once; {@code gelu} bound by arithmetic in
 * either case. {@code -prof gc}: 0 B/op.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class PassRate {

  private static final int CHANNELS = 32;
  private static final int SIDE = 32;

  @Param({"8", "128"}) int images;

  @Param("1") int threads;

  private Arena arena;
  private Workers workers;
  private MemorySegment x;
  private MemorySegment y;
  private Job relu;
  private Job gelu;
  private Job moments;
  private Job normApply;
  private Job normBackward;
  private long bytes;

  /** For JMH. */
  public PassRate() {}

  /** Activations and jobs. */
  @Setup(Level.Trial)
  public void prepare() {
    arena = Arena.ofShared();
    workers = Workers.of(threads);
    NormShape norm = new NormShape(images * SIDE * SIDE, CHANNELS, 1e-5);
    long count = norm.count();
    bytes = 4 * count;
    x = Buffers.floats(arena, count);
    y = Buffers.floats(arena, count);
    MemorySegment dy = Buffers.floats(arena, count);
    relu = UnaryMap.forward(Unary.of(UnaryOp.RELU), count, x, y);
    gelu = UnaryMap.forward(Unary.of(UnaryOp.GELU), count, x, y);
    Moments m = new Moments(Buffers.floats(arena, CHANNELS), Buffers.floats(arena, CHANNELS));
    moments = BatchNorm.moments(norm, x, m, Running.NONE);
    workers.run(moments);
    Affine affine = new Affine(Buffers.floats(arena, CHANNELS), Buffers.floats(arena, CHANNELS));
    normApply = BatchNorm.apply(norm, x, m, affine, y);
    Gradients out = new Gradients(y, Buffers.floats(arena, CHANNELS), Buffers.floats(arena, CHANNELS));
    normBackward = BatchNorm.backward(norm, true, dy, x, m, affine, out);
  }

  /** The system's copy: what there is to be had. */
  @Benchmark
  public void copy(ByteCount count) {
    MemorySegment.copy(x, 0, y, 0, bytes);
    count.gbytes += 2 * bytes;
  }

  /** y = max(x, 0). */
  @Benchmark
  public void relu(ByteCount count) {
    workers.run(relu);
    count.gbytes += 2 * bytes;
  }

  /** y = x·Φ(x). */
  @Benchmark
  public void gelu(ByteCount count) {
    workers.run(gelu);
    count.gbytes += 2 * bytes;
  }

  /** Mean and variance of each channel. */
  @Benchmark
  public void moments(ByteCount count) {
    workers.run(moments);
    count.gbytes += bytes;
  }

  /** y = scale·x + shift of each channel. */
  @Benchmark
  public void normApply(ByteCount count) {
    workers.run(normApply);
    count.gbytes += 2 * bytes;
  }

  /** dx and the sums of each channel from x and dy. */
  @Benchmark
  public void normBackward(ByteCount count) {
    workers.run(normBackward);
    count.gbytes += 3 * bytes;
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
    arena.close();
  }
}
