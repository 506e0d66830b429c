package org.chagres.simd.elementwise;

import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Gauss;
import org.chagres.simd.math.Sigmoid;
import org.chagres.simd.math.Tanh;
import org.chagres.simd.shape.UnaryOp;

/** The derivatives of those {@link Activations} that save their operand, block by block. */
final class ActivationGradients {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int BLOCK = Operand.BLOCK;
  private static final float ONE_OVER_SQRT_2_PI = 0.398942280401433f;

  private ActivationGradients() {}

  /** dx = dy · f'(x) for {@code n} elements, a multiple of the lanes; {@code dx} may be {@code dy} or {@code x}. */
  static void run(UnaryOp op, long dy, long x, long dx, int n, long scratch) {
    for (int i = 0; i < n; i += BLOCK) {
      int length = Math.min(BLOCK, n - i);
      long at = 4L * i;
      switch (op) {
        case SILU -> silu(dy + at, x + at, dx + at, length, scratch);
        case GELU -> gelu(dy + at, x + at, dx + at, length, scratch);
        case GELU_TANH -> geluTanh(dy + at, x + at, dx + at, length, scratch);
        default -> throw new IllegalArgumentException("not made of an exponential: " + op);
      }
    }
  }

  private static void silu(long dy, long x, long dx, int n, long scratch) {
    Sigmoid.run(x, scratch, n);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector s = FloatVector.fromMemorySegment(S, ALL, scratch + 4L * i, ORDER);
      FloatVector one = FloatVector.broadcast(S, 1f);
      d.mul(one.sub(s).fma(v, one).mul(s)).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void gelu(long dy, long x, long dx, int n, long scratch) {
    long cumulative = scratch + 4L * BLOCK;
    Gauss.bell(x, scratch, n);
    Gauss.cumulative(x, scratch, cumulative, n);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector density = FloatVector.fromMemorySegment(S, ALL, scratch + 4L * i, ORDER).mul(ONE_OVER_SQRT_2_PI);
      FloatVector slope = v.fma(density, FloatVector.fromMemorySegment(S, ALL, cumulative + 4L * i, ORDER));
      d.mul(slope).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void geluTanh(long dy, long x, long dx, int n, long scratch) {
    FloatVector k = FloatVector.broadcast(S, Activations.GELU_K);
    FloatVector k3 = FloatVector.broadcast(S, Activations.GELU_K3);
    FloatVector k9 = FloatVector.broadcast(S, 3f * Activations.GELU_K3);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      v.mul(v).fma(k3, k).mul(v).intoMemorySegment(ALL, scratch + 4L * i, ORDER);
    }
    Tanh.run(scratch, scratch, n, scratch + 4L * BLOCK);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector t = FloatVector.fromMemorySegment(S, ALL, scratch + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      // Beyond 20 the tanh is ±1 and its slope 0; unlimited, the square would overflow and 0 · ∞ be NaN.
      v = v.blend(20f, v.compare(VectorOperators.GT, 20f));
      v = v.blend(-20f, v.compare(VectorOperators.LT, -20f));
      FloatVector inner = v.mul(v).fma(k9, k).mul(v);
      FloatVector slope = FloatVector.broadcast(S, 1f).sub(t.mul(t)).mul(inner).add(t).add(1f).mul(0.5f);
      d.mul(slope).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }
}
