package org.chagres.bench.peak;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
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
 * <p>Twelve independent sums hide the latency of two units of four cycles with room to spare and leave registers for the
 * constants on AVX2's sixteen.
 *
 * <p>{@code ./chagres jmh FmaPeak}: the row {@code FmaPeak.registers:gflops} is in floating-point operations a nanosecond, that
 * is GFLOP/s; an FMA counts as two. Expect 32 a cycle with AVX2 or AVX-512 on Zen 3 and 4, with {@code -prof gc} 0 bytes.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class FmaPeak {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final int SUMS = 12;
  private static final int STEPS = 4096;
  private static final long FLOP = 2L * SUMS * STEPS * Lanes.COUNT;

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

  /** Values that neither overflow nor sink to denormals, and that the compiler cannot know. */
  @Setup(Level.Iteration)
  public void fill() {
    decay = 0.999f;
    growth = 0.001f;
  }

  /** All sums, so that none is dead code. */
  @Benchmark
  public float registers(Operations operations) {
    FloatVector a = FloatVector.broadcast(S, decay);
    FloatVector b = FloatVector.broadcast(S, growth);
    FloatVector s0 = b;
    FloatVector s1 = b.add(1f);
    FloatVector s2 = b.add(2f);
    FloatVector s3 = b.add(3f);
    FloatVector s4 = b.add(4f);
    FloatVector s5 = b.add(5f);
    FloatVector s6 = b.add(6f);
    FloatVector s7 = b.add(7f);
    FloatVector s8 = b.add(8f);
    FloatVector s9 = b.add(9f);
    FloatVector s10 = b.add(10f);
    FloatVector s11 = b.add(11f);
    for (int i = 0; i < STEPS; i++) {
      s0 = s0.fma(a, b);
      s1 = s1.fma(a, b);
      s2 = s2.fma(a, b);
      s3 = s3.fma(a, b);
      s4 = s4.fma(a, b);
      s5 = s5.fma(a, b);
      s6 = s6.fma(a, b);
      s7 = s7.fma(a, b);
      s8 = s8.fma(a, b);
      s9 = s9.fma(a, b);
      s10 = s10.fma(a, b);
      s11 = s11.fma(a, b);
    }
    operations.gflops += FLOP;
    FloatVector low = s0.add(s1).add(s2.add(s3)).add(s4.add(s5));
    FloatVector high = s6.add(s7).add(s8.add(s9)).add(s10.add(s11));
    return low.add(high).lane(0);
  }
}
