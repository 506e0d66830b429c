package org.chagres.bench.network;

import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.FlopCount;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Forward passes of the case-study network in evaluation: what a service waits for.
 *
 * <p>{@code ./chagres bench jmh InferenceCall}: microseconds a call, by percentiles. Expect p0.99 within a few per
 * cent of p0.50 on a quiet machine, no garbage collection, and a call of 8 images to take less than 8 calls of one.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 2)
@State(Scope.Benchmark)
public class InferenceCall {

  @Param({"1", "8"}) int batch;

  @Param("1") int threads;

  private CnnInference network;

  /** For JMH. */
  public InferenceCall() {}

  /** The network and its batch. */
  @Setup(Level.Trial)
  public void prepare() {
    Workers.setShared(threads);
    network = new CnnInference(batch);
  }

  /** One call, by percentiles. */
  @Benchmark
  public void run() {
    network.run();
  }

  /** One call after another. */
  @Benchmark
  @BenchmarkMode(Mode.Throughput)
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  public void rate(FlopCount count) {
    network.run();
    count.gflops += Math.round(CnnShapes.forwardFlops(batch));
  }
}
