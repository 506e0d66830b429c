package org.chagres.bench.kernel;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
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
 * What it costs to hand a job to the workers and wait for its end: a job of as many empty chunks as threads that says it is long,
 * one right after the other, so that the workers are awake; with one thread it is the caller's own loop. {@code -p spinMicros=0} has
 * them park and be woken each time.
 *
 * <p>{@code ./chagres bench jmh HandOver}: microseconds a job.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class HandOver {

  private static final long LONG_NANOS = 10_000_000;

  @Param({"1", "2"}) int threads;

  @Param({"100", "0"}) int spinMicros;

  private Workers workers;
  private Job empty;

  /** For JMH. */
  public HandOver() {}

  /** Threads and a job. */
  @Setup(Level.Trial)
  public void prepare() {
    workers = Workers.of(threads);
    workers.spin(Duration.ofNanos(1000L * spinMicros));
    empty = new Empty(threads);
  }

  /** One job. */
  @Benchmark
  public void run() {
    workers.run(empty);
  }

  /** Ends the threads. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
  }

  private static final class Empty extends Job {
    private final int chunks;

    Empty(int chunks) {
      this.chunks = chunks;
    }

    @Override
    public int chunks(int phase) {
      return chunks;
    }

    @Override
    public long estimatedNanos() {
      return LONG_NANOS;
    }

    @Override
    protected void run(int phase, int chunk, long local, long shared) {
      // Nothing: the hand-over alone is timed.
    }
  }
}
