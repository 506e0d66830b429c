package org.chagres.simd.math;

import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The natural logarithm within 2 ulp, for numbers below the smallest normal one too; -∞ at 0, NaN below 0, ∞ at ∞.
 *
 * <p>x = m · 2^e with m in √½ … √2; log m by the polynomial of Cephes' {@code logf} (Moshier).
 */
public final class Log {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final float SMALLEST_NORMAL = 0x1p-126f;
  private static final int SQRT_HALF_BITS = Float.floatToRawIntBits(0.70710678f);
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;

  private static final float C8 = 7.0376836292e-2f;
  private static final float C7 = -1.1514610310e-1f;
  private static final float C6 = 1.1676998740e-1f;
  private static final float C5 = -1.2420140846e-1f;
  private static final float C4 = 1.4249322787e-1f;
  private static final float C3 = -1.6668057665e-1f;
  private static final float C2 = 2.0000714765e-1f;
  private static final float C1 = -2.4999993993e-1f;
  private static final float C0 = 3.3333331174e-1f;

  private Log() {}

  /** y = log x for {@code n} elements, a multiple of the lanes; {@code y} may be {@code x}. */
  public static void run(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      VectorMask<Float> tiny = v.compare(VectorOperators.LT, SMALLEST_NORMAL);
      IntVector bits = v.blend(v.mul(0x1p23f), tiny).reinterpretAsInts();
      // Counted from √½, the bits of the exponent are those of e and the rest of the bits those of m - √½.
      IntVector e = bits.sub(SQRT_HALF_BITS).lanewise(VectorOperators.ASHR, 23);
      FloatVector m = bits.sub(e.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats().sub(1f);
      FloatVector power = ((FloatVector) e.convert(VectorOperators.I2F, 0));
      power = power.blend(power.sub(23f), tiny);
      FloatVector p = m.fma(FloatVector.broadcast(S, C8), FloatVector.broadcast(S, C7));
      p = p.fma(m, FloatVector.broadcast(S, C6));
      p = p.fma(m, FloatVector.broadcast(S, C5));
      p = p.fma(m, FloatVector.broadcast(S, C4));
      p = p.fma(m, FloatVector.broadcast(S, C3));
      p = p.fma(m, FloatVector.broadcast(S, C2));
      p = p.fma(m, FloatVector.broadcast(S, C1));
      p = p.fma(m, FloatVector.broadcast(S, C0));
      FloatVector square = m.mul(m);
      FloatVector w = p.mul(m).mul(square);
      w = power.fma(FloatVector.broadcast(S, LN2_LOW), w);
      w = square.fma(FloatVector.broadcast(S, -0.5f), w);
      w = power.fma(FloatVector.broadcast(S, LN2_HIGH), w.add(m));
      w = w.blend(Float.NEGATIVE_INFINITY, v.compare(VectorOperators.EQ, 0f));
      w = w.blend(Float.NaN, v.compare(VectorOperators.LT, 0f));
      // Infinity and NaN are their own logarithms: neither is below infinity.
      w = w.blend(v, v.compare(VectorOperators.LT, Float.POSITIVE_INFINITY).not());
      w.intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }
}
