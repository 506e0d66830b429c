package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.shape.BinaryOp;

/**
 * The f32 loops of {@link BinaryMap}, over whole vectors; {@code y} may be an operand that isn't repeated. An operand
 * that is repeated is one vector of the repeated value, and its address does not move.
 */
final class BinaryF32 {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** {@code a} is one vector, repeated. */
  static final int REPEAT_A = 1;

  /** {@code b} is one vector, repeated. */
  static final int REPEAT_B = 2;

  private BinaryF32() {}

  /** y = a ∘ b for {@code n} elements, a multiple of the lanes. */
  static void run(BinaryOp op, long a, long b, long y, int n, int repeat) {
    switch (op) {
      case ADD -> add(a, b, y, n, repeat);
      case SUB -> sub(a, b, y, n, repeat);
      case MUL -> mul(a, b, y, n, repeat);
      case DIV -> div(a, b, y, n, repeat);
      case POW -> pow(a, b, y, n, repeat);
      case MAXIMUM -> maximum(a, b, y, n, repeat);
      case MINIMUM -> minimum(a, b, y, n, repeat);
    }
  }

  private static long stepOfA(int repeat) {
    return (repeat & REPEAT_A) == 0 ? 4 : 0;
  }

  private static long stepOfB(int repeat) {
    return (repeat & REPEAT_B) == 0 ? 4 : 0;
  }

  private static void add(long a, long b, long y, int n, int repeat) {
    long stepA = stepOfA(repeat);
    long stepB = stepOfB(repeat);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + i * stepA, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + i * stepB, ORDER);
      u.add(v).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void sub(long a, long b, long y, int n, int repeat) {
    long stepA = stepOfA(repeat);
    long stepB = stepOfB(repeat);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + i * stepA, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + i * stepB, ORDER);
      u.sub(v).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void mul(long a, long b, long y, int n, int repeat) {
    long stepA = stepOfA(repeat);
    long stepB = stepOfB(repeat);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + i * stepA, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + i * stepB, ORDER);
      u.mul(v).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void div(long a, long b, long y, int n, int repeat) {
    long stepA = stepOfA(repeat);
    long stepB = stepOfB(repeat);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + i * stepA, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + i * stepB, ORDER);
      u.div(v).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void pow(long a, long b, long y, int n, int repeat) {
    long stepA = stepOfA(repeat);
    long stepB = stepOfB(repeat);
    for (int i = 0; i < n; i++) {
      double u = ALL.get(JAVA_FLOAT_UNALIGNED, a + i * stepA);
      double v = ALL.get(JAVA_FLOAT_UNALIGNED, b + i * stepB);
      ALL.set(JAVA_FLOAT_UNALIGNED, y + 4L * i, (float) Math.pow(u, v));
    }
  }

  private static void maximum(long a, long b, long y, int n, int repeat) {
    long stepA = stepOfA(repeat);
    long stepB = stepOfB(repeat);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + i * stepA, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + i * stepB, ORDER);
      FloatVector w = v.blend(u, u.compare(VectorOperators.GT, v)).blend(u, u.compare(VectorOperators.NE, u));
      w.intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void minimum(long a, long b, long y, int n, int repeat) {
    long stepA = stepOfA(repeat);
    long stepB = stepOfB(repeat);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + i * stepA, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + i * stepB, ORDER);
      FloatVector w = v.blend(u, u.compare(VectorOperators.LT, v)).blend(u, u.compare(VectorOperators.NE, u));
      w.intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }
}
