package org.chagres.simd.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The hyperbolic tangent within 3 ulp: an odd polynomial below 0.625 (Cephes' {@code tanhf}, Moshier), 1 - 2 / (e^2|x| + 1) with
 * x's sign above.
 */
public final class Tanh {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;

  private static final float C4 = -5.70498872745e-3f;
  private static final float C3 = 2.06390887954e-2f;
  private static final float C2 = -5.37397155531e-2f;
  private static final float C1 = 1.33314422036e-1f;
  private static final float C0 = -3.33332819422e-1f;

  private Tanh() {}

  /** tanh x. */
  public static FloatVector tanh(FloatVector x) {
    IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
    FloatVector size = x.abs();
    FloatVector e = Exp.exp(size.add(size)).add(1f);
    FloatVector far = FloatVector.broadcast(S, 1f).sub(FloatVector.broadcast(S, 2f).div(e));
    far = far.reinterpretAsInts().or(sign).reinterpretAsFloats();
    FloatVector square = x.mul(x);
    FloatVector p = square.fma(FloatVector.broadcast(S, C4), FloatVector.broadcast(S, C3));
    p = p.fma(square, FloatVector.broadcast(S, C2));
    p = p.fma(square, FloatVector.broadcast(S, C1));
    p = p.fma(square, FloatVector.broadcast(S, C0));
    FloatVector near = p.mul(square).fma(x, x);
    return far.blend(near, size.compare(VectorOperators.LT, 0.625f));
  }
}
