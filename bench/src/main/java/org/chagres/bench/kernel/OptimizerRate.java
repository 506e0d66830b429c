package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.ByteCount;
import org.chagres.simd.optim.AdamOptions;
import org.chagres.simd.optim.AdamState;
import org.chagres.simd.optim.AdamStep;
import org.chagres.simd.optim.SgdOptions;
import org.chagres.simd.optim.SgdStep;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
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
 * A step of the optimizer over one flat block of parameters. Bytes are those that must be read and written, each once.
 *
 * <p>{@code ./chagres bench jmh OptimizerRate}: the 815,018 parameters of the case-study network take 13 MiB with AdamW's
 * moments: L3 is the limit. With 16 million memory is.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class OptimizerRate {

  @Param({"815018", "16777216"}) long parameters;

  @Param("1") int threads;

  private Arena arena;
  private Workers workers;
  private Job adamW;
  private Job sgd;
  private long bytes;

  /** For JMH. */
  public OptimizerRate() {}

  /** Parameters, gradients, moments. */
  @Setup(Level.Trial)
  public void prepare() {
    arena = Arena.ofShared();
    workers = Workers.of(threads);
    MemorySegment p = Buffers.floats(arena, parameters);
    MemorySegment g = Buffers.floats(arena, parameters);
    MemorySegment first = Buffers.floats(arena, parameters);
    MemorySegment second = Buffers.floats(arena, parameters);
    second.fill((byte) 0);
    AdamOptions adam = new AdamOptions.Fixed(1e-3, 0.9, 0.999, 1e-8, 0.01, true, false, 1000);
    adamW = AdamStep.of(adam, parameters, p, g, new AdamState(first, second, MemorySegment.NULL));
    sgd = SgdStep.of(new SgdOptions.Fixed(1e-3, 0.9, 0, 0, false, false, false), parameters, p, g, first);
    bytes = 4 * parameters;
  }

  /** AdamW: parameter, gradient and two moments in, all but the gradient out. */
  @Benchmark
  public void adamW(ByteCount count) {
    workers.run(adamW);
    count.gbytes += 7 * bytes;
  }

  /** SGD with momentum: parameter, gradient and buffer in, all but the gradient out. */
  @Benchmark
  public void sgd(ByteCount count) {
    workers.run(sgd);
    count.gbytes += 5 * bytes;
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
    arena.close();
  }
}
