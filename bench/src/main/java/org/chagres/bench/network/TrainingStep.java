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
 * Steps of training of the case-study network: forward, loss, backward, AdamW.
 *
 * <p>{@code ./chagres bench jmh TrainingStep}: the time of a step, and its GFLOP/s. Expect the time to fall nearly to half
 * with {@code -p threads=2}, to grow in proportion with {@code -p batch=128}, and the heap to stay under 64 KiB a step
 * whatever the batch.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 3)
@Measurement(iterations = 5, time = 2)
@State(Scope.Benchmark)
public class TrainingStep {

  @Param("32") int batch;

  @Param("1") int threads;

  private CnnTraining network;

  /** For JMH. */
  public TrainingStep() {}

  /** The network and its batch. */
  @Setup(Level.Trial)
  public void prepare() {
    Workers.setShared(threads);
    network = new CnnTraining(batch);
  }

  /** One step. */
  @Benchmark
  public void step(FlopCount count) {
    network.step();
    count.gflops += Math.round(CnnShapes.stepFlops(batch));
  }
}
