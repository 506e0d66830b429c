package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.math.Vectors.load;
import static org.chagres.simd.math.Vectors.splat;
import static org.chagres.simd.math.Vectors.store;
import static org.chagres.simd.memory.Native.ALL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Exp;
import org.chagres.simd.math.Gauss;
import org.chagres.simd.math.Log;
import org.chagres.simd.math.Sigmoid;
import org.chagres.simd.math.Tanh;

/**
 * The loops of {@link UnaryMap#forward}, over whole vectors; {@code y} may be {@code x}. One method a function, so that each
 * is compiled for itself.
 */
final class UnaryForward {

  /** √(2/π), GELU's factor, and the factor of its cube. */
  static final float GELU_K = 0.7978845608028654f;

  static final float GELU_K3 = GELU_K * 0.044715f;

  private UnaryForward() {}

  /** y = f(x) for {@code n} elements, a multiple of the lanes. */
  static void run(Unary f, long x, long y, int n) {
    switch (f.op()) {
      case RELU -> relu(x, y, n);
      case LEAKY_RELU -> leakyRelu(x, y, n, f.alpha());
      case GELU -> gelu(x, y, n);
      case GELU_TANH -> geluTanh(x, y, n);
      case SILU -> silu(x, y, n);
      case SIGMOID -> sigmoid(x, y, n);
      case TANH -> tanh(x, y, n);
      case EXP -> exp(x, y, n);
      case LOG -> log(x, y, n);
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
    }
  }

  private static void relu(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.blend(0f, v.compare(VectorOperators.LT, 0f)), y + 4L * i);
    }
  }

  private static void leakyRelu(long x, long y, int n, float alpha) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.mul(alpha).blend(v, v.compare(VectorOperators.GT, 0f)), y + 4L * i);
    }
  }

  private static void gelu(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.mul(Gauss.cumulative(v, Gauss.bell(v))), y + 4L * i);
    }
  }

  private static void geluTanh(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      FloatVector inner = v.mul(v).fma(splat(GELU_K3), splat(GELU_K)).mul(v);
      FloatVector half = v.mul(0.5f);
      store(Tanh.tanh(inner).fma(half, half), y + 4L * i);
    }
  }

  private static void silu(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.div(Exp.exp(v.neg()).add(1f)), y + 4L * i);
    }
  }

  private static void sigmoid(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(Sigmoid.sigmoid(v), y + 4L * i);
    }
  }

  private static void tanh(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(Tanh.tanh(v), y + 4L * i);
    }
  }

  private static void exp(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(Exp.exp(v), y + 4L * i);
    }
  }

  private static void log(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(Log.log(v), y + 4L * i);
    }
  }

  private static void sqrt(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.sqrt(), y + 4L * i);
    }
  }

  private static void neg(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.neg(), y + 4L * i);
    }
  }

  private static void abs(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.abs(), y + 4L * i);
    }
  }

  private static void square(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.mul(v), y + 4L * i);
    }
  }

  private static void reciprocal(long x, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(splat(1f).div(v), y + 4L * i);
    }
  }

  private static void affine(long x, long y, int n, float alpha, float beta) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      store(v.fma(splat(alpha), splat(beta)), y + 4L * i);
    }
  }

  private static void clamp(long x, long y, int n, float least, float most) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector v = load(x + 4L * i);
      FloatVector up = v.blend(least, v.compare(VectorOperators.LT, least));
      store(up.blend(most, up.compare(VectorOperators.GT, most)), y + 4L * i);
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
