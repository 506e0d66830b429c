package org.chagres.simd.math;

import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** The logistic function σ(x) = 1 / (1 + e^-x), within 4 ulp where x is over -87.3; 0 where e^-x is infinite. */
public final class Sigmoid {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Sigmoid() {}

  /** y = σ(x) for {@code n} elements, a multiple of the lanes; {@code y} may be {@code x}. */
  public static void run(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER).neg().intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
    Exp.run(y, y, n);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector e = FloatVector.fromMemorySegment(S, ALL, y + 4L * i, ORDER);
      FloatVector.broadcast(S, 1f).div(e.add(1f)).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }
}
