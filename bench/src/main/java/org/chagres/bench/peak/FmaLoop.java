package org.chagres.bench.peak;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * Fused multiply-adds on registers alone. Twelve independent sums hide the latency of two units of four cycles with
 * room to spare and leave registers for the constants on AVX2's sixteen.
 */
final class FmaLoop {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final int SUMS = 12;
  private static final int STEPS = 4096;

  /** Floating-point operations of a {@link #run}; an FMA counts as two. */
  static final long FLOP = 2L * SUMS * STEPS * Lanes.COUNT;

  private FmaLoop() {}

  /**
   * All sums, so that none is dead code.
   *
   * @param decay under 1, so that nothing overflows; not known to the compiler
   * @param growth over 0, so that nothing sinks to denormals
   */
  static float run(float decay, float growth) {
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
    FloatVector low = s0.add(s1).add(s2.add(s3)).add(s4.add(s5));
    FloatVector high = s6.add(s7).add(s8.add(s9)).add(s10.add(s11));
    return low.add(high).lane(0);
  }
}
