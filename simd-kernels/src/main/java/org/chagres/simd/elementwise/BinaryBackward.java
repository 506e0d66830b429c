package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.shape.BinaryOp;

/**
 * The loops of {@link BinaryGradients}, over whole dense vectors. An element's operands are all read before its
 * gradients are written, so that a gradient may stand in an operand's memory.
 */
final class BinaryBackward {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final BinaryOp op;

  BinaryBackward(BinaryOp op) {
    this.op = op;
  }

  /** Both gradients for {@code n} elements, a multiple of the lanes. */
  void run(long dy, long a, long b, long da, long db, int n) {
    switch (op) {
      case ADD -> add(dy, da, db, n);
      case SUB -> sub(dy, da, db, n);
      case MUL -> mul(dy, a, b, da, db, n);
      case DIV -> div(dy, a, b, da, db, n);
      case POW -> pow(dy, a, b, da, db, n);
      case MAXIMUM -> maximum(dy, a, b, da, db, n);
      case MINIMUM -> minimum(dy, a, b, da, db, n);
    }
  }

  private static void add(long dy, long da, long db, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      d.intoMemorySegment(ALL, da + 4L * i, ORDER);
      d.intoMemorySegment(ALL, db + 4L * i, ORDER);
    }
  }

  private static void sub(long dy, long da, long db, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      d.intoMemorySegment(ALL, da + 4L * i, ORDER);
      d.neg().intoMemorySegment(ALL, db + 4L * i, ORDER);
    }
  }

  private static void mul(long dy, long a, long b, long da, long db, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + 4L * i, ORDER);
      d.mul(v).intoMemorySegment(ALL, da + 4L * i, ORDER);
      d.mul(u).intoMemorySegment(ALL, db + 4L * i, ORDER);
    }
  }

  private static void div(long dy, long a, long b, long da, long db, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + 4L * i, ORDER);
      d.div(v).intoMemorySegment(ALL, da + 4L * i, ORDER);
      u.div(v).div(v).mul(d).neg().intoMemorySegment(ALL, db + 4L * i, ORDER);
    }
  }

  /**
   * By PyTorch: no gradient for the base where the exponent is 0, none for the exponent where the base is 0 and it
   * isn't below.
   */
  private static void pow(long dy, long a, long b, long da, long db, int n) {
    for (int i = 0; i < n; i++) {
      double d = ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4L * i);
      double u = ALL.get(JAVA_FLOAT_UNALIGNED, a + 4L * i);
      double v = ALL.get(JAVA_FLOAT_UNALIGNED, b + 4L * i);
      double base = v == 0 ? 0 : d * (v * Math.pow(u, v - 1));
      double exponent = u == 0 && v >= 0 ? 0 : d * (Math.pow(u, v) * Math.log(u));
      ALL.set(JAVA_FLOAT_UNALIGNED, da + 4L * i, (float) base);
      ALL.set(JAVA_FLOAT_UNALIGNED, db + 4L * i, (float) exponent);
    }
  }

  private static void maximum(long dy, long a, long b, long da, long db, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + 4L * i, ORDER);
      FloatVector half = d.mul(0.5f);
      VectorMask<Float> same = u.compare(VectorOperators.EQ, v);
      // As PyTorch's, which masks out the loser: a NaN, that loses to none, leaves the gradient with both.
      FloatVector left = d.blend(0f, u.compare(VectorOperators.LT, v)).blend(half, same);
      FloatVector right = d.blend(0f, v.compare(VectorOperators.LT, u)).blend(half, same);
      left.intoMemorySegment(ALL, da + 4L * i, ORDER);
      right.intoMemorySegment(ALL, db + 4L * i, ORDER);
    }
  }

  private static void minimum(long dy, long a, long b, long da, long db, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector u = FloatVector.fromMemorySegment(S, ALL, a + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, b + 4L * i, ORDER);
      FloatVector half = d.mul(0.5f);
      VectorMask<Float> same = u.compare(VectorOperators.EQ, v);
      // As PyTorch's, which masks out the loser: a NaN, that loses to none, leaves the gradient with both.
      FloatVector left = d.blend(0f, u.compare(VectorOperators.GT, v)).blend(half, same);
      FloatVector right = d.blend(0f, v.compare(VectorOperators.GT, u)).blend(half, same);
      left.intoMemorySegment(ALL, da + 4L * i, ORDER);
      right.intoMemorySegment(ALL, db + 4L * i, ORDER);
    }
  }
}
