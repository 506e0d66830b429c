package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The loops of {@link UnaryMap#backward}, over whole vectors; {@code dx} may be {@code dy} or {@code saved}. The
 * loaded {@code v} is the operand, or the result for the functions that save it.
 */
final class UnaryBackward {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private UnaryBackward() {}

  /** dx = dy · f' for {@code n} elements, a multiple of the lanes; {@code scratch} as {@link Activations} needs. */
  static void run(Unary f, long dy, long saved, long dx, int n, long scratch) {
    switch (f.op()) {
      case RELU -> relu(dy, saved, dx, n);
      case LEAKY_RELU -> leakyRelu(dy, saved, dx, n, f.alpha());
      case SIGMOID -> sigmoid(dy, saved, dx, n);
      case TANH -> tanh(dy, saved, dx, n);
      case EXP -> exp(dy, saved, dx, n);
      case LOG -> log(dy, saved, dx, n);
      case SQRT -> sqrt(dy, saved, dx, n);
      case NEG -> neg(dy, dx, n);
      case ABS -> abs(dy, saved, dx, n);
      case SQUARE -> square(dy, saved, dx, n);
      case RECIPROCAL -> reciprocal(dy, saved, dx, n);
      case AFFINE -> affine(dy, dx, n, f.alpha());
      case CLAMP -> clamp(dy, saved, dx, n, f.alpha(), f.beta());
      case POW -> pow(dy, saved, dx, n, f.alpha());
      case SIN -> sin(dy, saved, dx, n);
      case COS -> cos(dy, saved, dx, n);
      case SILU, GELU, GELU_TANH -> ActivationGradients.run(f.op(), dy, saved, dx, n, scratch);
    }
  }

  private static void relu(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      // Not "where v > 0": a NaN lets the gradient through, as in PyTorch.
      d.blend(0f, v.compare(VectorOperators.LE, 0f)).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void leakyRelu(long dy, long saved, long dx, int n, float alpha) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      d.mul(alpha).blend(d, v.compare(VectorOperators.GT, 0f)).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void sigmoid(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      d.mul(FloatVector.broadcast(S, 1f).sub(v)).mul(v).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void tanh(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      d.mul(FloatVector.broadcast(S, 1f).sub(v.mul(v))).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void exp(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      d.mul(v).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void log(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      d.div(v).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void sqrt(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      d.div(v.add(v)).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void neg(long dy, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      d.neg().intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void abs(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      FloatVector sign = FloatVector.broadcast(S, 0f).blend(1f, v.compare(VectorOperators.GT, 0f));
      sign = sign.blend(-1f, v.compare(VectorOperators.LT, 0f));
      d.mul(sign).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void square(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      d.mul(v.add(v)).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void reciprocal(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      d.neg().mul(v).mul(v).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void affine(long dy, long dx, int n, float alpha) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      d.mul(alpha).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void clamp(long dy, long saved, long dx, int n, float least, float most) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, dy + 4L * i, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, saved + 4L * i, ORDER);
      VectorMask<Float> inside = v.compare(VectorOperators.GE, least).and(v.compare(VectorOperators.LE, most));
      FloatVector.broadcast(S, 0f).blend(d, inside).intoMemorySegment(ALL, dx + 4L * i, ORDER);
    }
  }

  private static void pow(long dy, long saved, long dx, int n, float alpha) {
    for (int i = 0; i < n; i++) {
      float d = ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4L * i);
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, saved + 4L * i);
      ALL.set(JAVA_FLOAT_UNALIGNED, dx + 4L * i, (float) (alpha == 0f ? 0.0 : d * (alpha * Math.pow(v, alpha - 1.0))));
    }
  }

  private static void sin(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i++) {
      float d = ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4L * i);
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, saved + 4L * i);
      ALL.set(JAVA_FLOAT_UNALIGNED, dx + 4L * i, (float) (d * Math.cos(v)));
    }
  }

  private static void cos(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i++) {
      float d = ALL.get(JAVA_FLOAT_UNALIGNED, dy + 4L * i);
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, saved + 4L * i);
      ALL.set(JAVA_FLOAT_UNALIGNED, dx + 4L * i, (float) (-d * Math.sin(v)));
    }
  }
}
