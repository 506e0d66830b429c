package org.chagres.simd.readiness;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** Multiply-adds on registers alone, as fast as a core can do them: twelve sums hide the latency of two units. */
final class FmaPeak {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final int SUMS = 12;

  private FmaPeak() {}

  /** Floating-point operations of so many steps. */
  static long flops(int steps) {
    return 2L * SUMS * steps * Lanes.COUNT;
  }

  /** Runs; the result is only there so that no sum is dead code. */
  static float run(int steps, float factor) {
    FloatVector a = FloatVector.broadcast(S, factor);
    FloatVector s0 = a;
    FloatVector s1 = a;
    FloatVector s2 = a;
    FloatVector s3 = a;
    FloatVector s4 = a;
    FloatVector s5 = a;
    FloatVector s6 = a;
    FloatVector s7 = a;
    FloatVector s8 = a;
    FloatVector s9 = a;
    FloatVector s10 = a;
    FloatVector s11 = a;
    for (int i = 0; i < steps; i++) {
      s0 = s0.fma(a, a);
      s1 = s1.fma(a, a);
      s2 = s2.fma(a, a);
      s3 = s3.fma(a, a);
      s4 = s4.fma(a, a);
      s5 = s5.fma(a, a);
      s6 = s6.fma(a, a);
      s7 = s7.fma(a, a);
      s8 = s8.fma(a, a);
      s9 = s9.fma(a, a);
      s10 = s10.fma(a, a);
      s11 = s11.fma(a, a);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3)).add(s4.add(s5));
    FloatVector high = s6.add(s7).add(s8.add(s9)).add(s10.add(s11));
    return low.add(high).lane(0);
  }
}
