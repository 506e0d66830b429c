package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Exp;
import org.chagres.simd.math.Log;

/**
 * The loops of {@link UnaryMap#forward}, over whole vectors; {@code y} may be {@code x}. One method a function, so
 * that each is compiled for itself.
 */
final class UnaryForward {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private UnaryForward() {}

  /** y = f(x) for {@code n} elements, a multiple of the lanes; {@code scratch} as {@link Activations} needs. */
  static void run(Unary f, long x, long y, int n, long scratch) {
    switch (f.op()) {
      case RELU -> relu(x, y, n);
      case LEAKY_RELU -> leakyRelu(x, y, n, f.alpha());
      case EXP -> Exp.run(x, y, n);
      case LOG -> Log.run(x, y, n);
      case SQRT -> sqrt(x, y, n);
      case NEG -> neg(x, y, n);
      case ABS -> abs(x, y, n);
      case SQUARE -> square(x, y, n);
      case RECIPROCAL -> reciprocal(x, y, n);
      case AFFINE -> affine(x, y, n, f.alpha(), f.beta());
      case CLAMP -> clamp(x, y, n, f.alpha(), f.beta());
      case POW -> pow(x, y, n, f.alpha());
      case SIN -> sin(x, y, n);
      case COS -> cos(x, y, n);
      case SIGMOID, TANH, SILU, GELU, GELU_TANH -> Activations.forward(f.op(), x, y, n, scratch);
    }
  }

  private static void relu(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      v.blend(0f, v.compare(VectorOperators.LT, 0f)).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void leakyRelu(long x, long y, int n, float alpha) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      v.mul(alpha).blend(v, v.compare(VectorOperators.GT, 0f)).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void sqrt(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      v.sqrt().intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void neg(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      v.neg().intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void abs(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      v.abs().intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void square(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      v.mul(v).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void reciprocal(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector.broadcast(S, 1f).div(v).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void affine(long x, long y, int n, float alpha, float beta) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      v.fma(FloatVector.broadcast(S, alpha), FloatVector.broadcast(S, beta)).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void clamp(long x, long y, int n, float least, float most) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector up = v.blend(least, v.compare(VectorOperators.LT, least));
      up.blend(most, up.compare(VectorOperators.GT, most)).intoMemorySegment(ALL, y + 4L * i, ORDER);
    }
  }

  private static void pow(long x, long y, int n, float alpha) {
    for (int i = 0; i < n; i++) {
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * i);
      ALL.set(JAVA_FLOAT_UNALIGNED, y + 4L * i, (float) Math.pow(v, alpha));
    }
  }

  private static void sin(long x, long y, int n) {
    for (int i = 0; i < n; i++) {
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * i);
      ALL.set(JAVA_FLOAT_UNALIGNED, y + 4L * i, (float) Math.sin(v));
    }
  }

  private static void cos(long x, long y, int n) {
    for (int i = 0; i < n; i++) {
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * i);
      ALL.set(JAVA_FLOAT_UNALIGNED, y + 4L * i, (float) Math.cos(v));
    }
  }
}
