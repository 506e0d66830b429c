package org.chagres.bench.peak;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Fused multiply-adds on registers alone: the arithmetic peak of a core, or of {@code -t N} cores.
 *
 * <p>{@code ./chagres bench jmh FmaPeak}: the row {@code FmaPeak.registers:gflops} is in floating-point operations a
 * nanosecond, that is GFLOP/s; an FMA counts as two. Expect 32 a cycle with AVX2 or AVX-512 on Zen 3 and 4, with
 * {@code -prof gc} 0 bytes.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class FmaPeak {

  private float decay;
  private float growth;

  /** Operations done, which JMH divides by the time. */
  @AuxCounters
  @State(Scope.Thread)
  public static class Operations {

    /** Floating-point operations. */
    public long gflops;

    /** Zero. */
    public Operations() {}
  }

  /** For JMH. */
  public FmaPeak() {}

  /** Values that neither overflow nor unusedSink to denormals, and that the compiler cannot know. */
  @Setup(Level.Iteration)
  public void fill() {
    decay = 0.999f;
    growth = 0.001f;
  }

  /** The loop. */
  @Benchmark
  public float registers(Operations operations) {
    operations.gflops += FmaLoop.FLOP;
    return FmaLoop.run(decay, growth);
  }
}
