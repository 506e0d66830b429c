package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.ByteCount;
import org.chagres.simd.loss.ClassSaved;
import org.chagres.simd.loss.Losses;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.reduce.Softmax;
import org.chagres.simd.shape.ClassLoss;
import org.chagres.simd.shape.ReduceShape;
import org.chagres.simd.shape.Reduction;
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
 * Cross entropy of a batch of 128 rows, forward and backward, and softmax alone. Bytes are those of the scores, read or
 * written once each.
 *
 * <p>{@code ./chagres bench jmh LossRate}: with ten classes the entry weighs, with 1,000 the exponentials do.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class LossRate {

  private static final int ROWS = 128;

  @Param({"10", "1000"}) int classes;

  @Param("1") int threads;

  private Arena arena;
  private Workers workers;
  private Job crossEntropy;
  private Job crossEntropyBackward;
  private Job softmax;
  private long bytes;

  /** For JMH. */
  public LossRate() {}

  /** Scores, labels and jobs. */
  @Setup(Level.Trial)
  public void prepare() {
    arena = Arena.ofShared();
    workers = Workers.of(threads);
    ClassLoss s = new ClassLoss(ROWS, classes, ClassLoss.IGNORE_INDEX, 0, Reduction.MEAN, true);
    long count = (long) ROWS * classes;
    MemorySegment x = Buffers.floats(arena, count);
    MemorySegment y = Buffers.floats(arena, count);
    MemorySegment out = Buffers.floats(arena, 2);
    MemorySegment target = arena.allocate(8L * ROWS, 64);
    ClassSaved saved = new ClassSaved(target, MemorySegment.NULL, Buffers.floats(arena, count));
    crossEntropy = Losses.classForward(s, x, saved, out);
    workers.run(crossEntropy);
    crossEntropyBackward = Losses.classBackward(s, saved, out, Buffers.floats(arena, 1), y);
    softmax = Softmax.forward(false, new ReduceShape(ROWS, classes, 1), x, y);
    bytes = 4 * count;
  }

  /** The mean loss and the log-probabilities. */
  @Benchmark
  public void crossEntropy(ByteCount count) {
    workers.run(crossEntropy);
    count.gbytes += 2 * bytes;
  }

  /** dx from the log-probabilities. */
  @Benchmark
  public void crossEntropyBackward(ByteCount count) {
    workers.run(crossEntropyBackward);
    count.gbytes += 2 * bytes;
  }

  /** Rows that sum to 1. */
  @Benchmark
  public void softmax(ByteCount count) {
    workers.run(softmax);
    count.gbytes += 2 * bytes;
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
    arena.close();
  }
}
