package org.chagres.simd.math;

import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * e^x within 2 ulp for every result that is a normal number; results below the smallest normal number (x under
 * -87.336) are 0, results too large (x over 88.722) are infinite, NaN stays NaN.
 *
 * <p>x = k ln 2 + r with k rounded by adding 1.5 · 2^23; e^r by the polynomial of Cephes' {@code expf} (Moshier), |r|
 * ≤ ln 2 / 2; k is then added to the exponent.
 */
public final class Exp {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final float LOG2_E = 1.44269504088896341f;
  private static final float ROUND = 12_582_912f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float LARGEST = 88.72283f;
  private static final float SMALLEST = -87.33654f;

  private static final float C7 = 1.9875691500e-4f;
  private static final float C6 = 1.3981999507e-3f;
  private static final float C5 = 8.3334519073e-3f;
  private static final float C4 = 4.1665795894e-2f;
  private static final float C3 = 1.6666665459e-1f;
  private static final float C2 = 5.0000001201e-1f;

  private Exp() {}

  /** y = e^x for {@code n} elements, a multiple of the lanes; {@code y} may be {@code x}. */
  public static void run(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector shifted = v.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, ROUND));
      FloatVector k = shifted.sub(ROUND);
      FloatVector r = k.fma(FloatVector.broadcast(S, -LN2_HIGH), v);
      r = k.fma(FloatVector.broadcast(S, -LN2_LOW), r);
      FloatVector p = r.fma(FloatVector.broadcast(S, C7), FloatVector.broadcast(S, C6));
      p = p.fma(r, FloatVector.broadcast(S, C5));
      p = p.fma(r, FloatVector.broadcast(S, C4));
      p = p.fma(r, FloatVector.broadcast(S, C3));
      p = p.fma(r, FloatVector.broadcast(S, C2));
      p = p.fma(r.mul(r), r).add(1f);
      // The low nine bits of 1.5 · 2^23 are 0, so shifting leaves k alone in the place of the exponent.
      IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      e = e.blend(0f, v.compare(VectorOperators.LT, SMALLEST));
      e = e.blend(Float.POSITIVE_INFINITY, v.compare(VectorOperators.GT, LARGEST));
      e = e.blend(v, v.compare(VectorOperators.NE, v));
      e.intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }
}
