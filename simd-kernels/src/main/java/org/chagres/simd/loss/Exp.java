package org.chagres.simd.loss;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * e^x for x of 0 or less, which is all that a loss asks for; 2 ulp, 0 below -87.3, NaN for NaN.
 *
 * <p>x = n·ln 2 + r with n rounded by adding and taking off 1.5·2²³ and ln 2 in two parts; a polynomial of degree 6 in r (its
 * coefficients are Cephes' expf); n goes into the exponent. The scalar form has the same operations and the same bits.
 */
final class Exp {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Integer> I =
      VectorSpecies.of(int.class, VectorShape.forBitSize(S.vectorBitSize()));

  private static final float MAGIC = 0x1.8p23f;
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693359375f;
  private static final float LN2_LOW = -2.12194440e-4f;
  private static final float LEAST = -87.3f;
  private static final int ONE = 0x3F800000;

  private Exp() {}

  static FloatVector of(FloatVector x) {
    FloatVector t = x.fma(FloatVector.broadcast(S, LOG2_E), FloatVector.broadcast(S, MAGIC));
    FloatVector n = t.sub(MAGIC);
    FloatVector r = n.fma(FloatVector.broadcast(S, -LN2_HIGH), x);
    r = n.fma(FloatVector.broadcast(S, -LN2_LOW), r);
    FloatVector p = r.fma(FloatVector.broadcast(S, 1.9875691500e-4f), FloatVector.broadcast(S, 1.3981999507e-3f));
    p = p.fma(r, FloatVector.broadcast(S, 8.3334519073e-3f));
    p = p.fma(r, FloatVector.broadcast(S, 4.1665795894e-2f));
    p = p.fma(r, FloatVector.broadcast(S, 1.6666665459e-1f));
    p = p.fma(r, FloatVector.broadcast(S, 5.0000001201e-1f));
    p = p.fma(r.mul(r), r).add(1f);
    IntVector bits = t.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(IntVector.broadcast(I, ONE));
    return p.mul(bits.reinterpretAsFloats()).blend(0f, x.compare(VectorOperators.LT, LEAST));
  }

  static float of(float x) {
    if (x < LEAST) {
      return 0f;
    }
    float t = Math.fma(x, LOG2_E, MAGIC);
    float n = t - MAGIC;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
    float p = Math.fma(r, 1.9875691500e-4f, 1.3981999507e-3f);
    p = Math.fma(p, r, 8.3334519073e-3f);
    p = Math.fma(p, r, 4.1665795894e-2f);
    p = Math.fma(p, r, 1.6666665459e-1f);
    p = Math.fma(p, r, 5.0000001201e-1f);
    p = Math.fma(p, r * r, r) + 1f;
    return p * Float.intBitsToFloat((Float.floatToRawIntBits(t) << 23) + ONE);
  }
}
