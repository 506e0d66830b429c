package org.chagres.simd.math;

import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The hyperbolic tangent within 3 ulp: an odd polynomial below 0.625 (Cephes' {@code tanhf}, Moshier), 1 - 2 /
 * (e^2|x| + 1) with x's sign above.
 */
public final class Tanh {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final float C4 = -5.70498872745e-3f;
  private static final float C3 = 2.06390887954e-2f;
  private static final float C2 = -5.37397155531e-2f;
  private static final float C1 = 1.33314422036e-1f;
  private static final float C0 = -3.33332819422e-1f;

  private Tanh() {}

  /**
   * y = tanh x.
   *
   * @param x operand
   * @param y result; may be {@code x}
   * @param n elements, a multiple of the lanes
   * @param scratch as many floats; neither {@code x} nor {@code y}
   */
  public static void run(long x, long y, int n, long scratch) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER).abs();
      v.add(v).intoMemorySegment(ALL, scratch + 4L * i, ORDER);
    }
    Exp.run(scratch, scratch, n);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector e = FloatVector.fromMemorySegment(S, ALL, scratch + 4L * i, ORDER);
      IntVector sign = v.reinterpretAsInts().and(Integer.MIN_VALUE);
      FloatVector quotient = FloatVector.broadcast(S, 2f).div(e.add(1f));
      IntVector far = FloatVector.broadcast(S, 1f).sub(quotient).reinterpretAsInts().or(sign);
      FloatVector square = v.mul(v);
      FloatVector p = square.fma(FloatVector.broadcast(S, C4), FloatVector.broadcast(S, C3));
      p = p.fma(square, FloatVector.broadcast(S, C2));
      p = p.fma(square, FloatVector.broadcast(S, C1));
      p = p.fma(square, FloatVector.broadcast(S, C0));
      FloatVector near = p.mul(square).fma(v, v);
      FloatVector t = far.reinterpretAsFloats().blend(near, v.abs().compare(VectorOperators.LT, 0.625f));
      t.intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }
}
