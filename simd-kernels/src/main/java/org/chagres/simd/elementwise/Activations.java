package org.chagres.simd.elementwise;

import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Exp;
import org.chagres.simd.math.Gauss;
import org.chagres.simd.math.Sigmoid;
import org.chagres.simd.math.Tanh;
import org.chagres.simd.shape.UnaryOp;

/**
 * The functions that are made of an exponential, block by block: the exponential of a block goes to scratch and stays
 * in the nearest cache until it is used.
 */
final class Activations {

  /** Scratch bytes. */
  static final long SCRATCH = 8L * Operand.BLOCK;

  /** √(2/π), GELU's factor by tanh, and the factor of its cube. */
  static final float GELU_K = 0.7978845608028654f;

  static final float GELU_K3 = GELU_K * 0.044715f;

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int BLOCK = Operand.BLOCK;

  private Activations() {}

  /** y = f(x) for {@code n} elements, a multiple of the lanes; {@code y} may be {@code x}. */
  static void forward(UnaryOp op, long x, long y, int n, long scratch) {
    for (int i = 0; i < n; i += BLOCK) {
      int length = Math.min(BLOCK, n - i);
      long from = x + 4L * i;
      long to = y + 4L * i;
      switch (op) {
        case SIGMOID -> Sigmoid.run(from, to, length);
        case TANH -> Tanh.run(from, to, length, scratch);
        case SILU -> silu(from, to, length, scratch);
        case GELU -> gelu(from, to, length, scratch);
        case GELU_TANH -> geluTanh(from, to, length, scratch);
        default -> throw new IllegalArgumentException("not made of an exponential: " + op);
      }
    }
  }

  private static void silu(long x, long y, int n, long scratch) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER).neg().intoMemorySegment(ALL, scratch + 4L * i, ORDER);
    }
    Exp.run(scratch, scratch, n);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector e = FloatVector.fromMemorySegment(S, ALL, scratch + 4L * i, ORDER);
      v.div(e.add(1f)).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void gelu(long x, long y, int n, long scratch) {
    Gauss.bell(x, scratch, n);
    Gauss.cumulative(x, scratch, scratch, n);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector w = FloatVector.fromMemorySegment(S, ALL, scratch + 4L * i, ORDER);
      v.mul(w).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void geluTanh(long x, long y, int n, long scratch) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector inner = v.mul(v).fma(FloatVector.broadcast(S, GELU_K3), FloatVector.broadcast(S, GELU_K)).mul(v);
      inner.intoMemorySegment(ALL, scratch + 4L * i, ORDER);
    }
    Tanh.run(scratch, scratch, n, scratch + 4L * BLOCK);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector half = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER).mul(0.5f);
      FloatVector t = FloatVector.fromMemorySegment(S, ALL, scratch + 4L * i, ORDER);
      t.fma(half, half).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }
}
