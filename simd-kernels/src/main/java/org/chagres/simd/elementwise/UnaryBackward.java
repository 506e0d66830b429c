package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.math.Vectors.load;
import static org.chagres.simd.math.Vectors.splat;
import static org.chagres.simd.math.Vectors.store;
import static org.chagres.simd.memory.Native.ALL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Gauss;
import org.chagres.simd.math.Sigmoid;
import org.chagres.simd.math.Tanh;

/**
 * The loops of {@link UnaryMap#backward}, over whole vectors; {@code dx} may be {@code dy} or {@code saved}. The loaded {@code v}
 * is the operand, or the result for the functions that save it.
 */
final class UnaryBackward {

  private UnaryBackward() {}

  /** dx = dy · f' for {@code n} elements, a multiple of the lanes. */
  static void run(Unary f, long dy, long saved, long dx, int n) {
    switch (f.op()) {
      case RELU -> relu(dy, saved, dx, n);
      case LEAKY_RELU -> leakyRelu(dy, saved, dx, n, f.alpha());
      case GELU -> gelu(dy, saved, dx, n);
      case GELU_TANH -> geluTanh(dy, saved, dx, n);
      case SILU -> silu(dy, saved, dx, n);
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
    }
  }

  private static void relu(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(splat(0f).blend(d, v.compare(VectorOperators.GT, 0f)), dx + 4L * i);
    }
  }

  private static void leakyRelu(long dy, long saved, long dx, int n, float alpha) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(d.mul(alpha).blend(d, v.compare(VectorOperators.GT, 0f)), dx + 4L * i);
    }
  }

  private static void gelu(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      FloatVector bell = Gauss.bell(v);
      FloatVector slope = v.fma(Gauss.density(bell), Gauss.cumulative(v, bell));
      store(d.mul(slope), dx + 4L * i);
    }
  }

  private static void geluTanh(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      // Beyond 20 the tanh is ±1 and its slope 0; unlimited, the square would overflow and 0 · ∞ be NaN.
      FloatVector near = v.blend(20f, v.compare(VectorOperators.GT, 20f));
      near = near.blend(-20f, v.compare(VectorOperators.LT, -20f));
      FloatVector square = near.mul(near);
      FloatVector t = Tanh.tanh(square.fma(splat(UnaryForward.GELU_K3), splat(UnaryForward.GELU_K)).mul(near));
      FloatVector inner = square.fma(splat(3f * UnaryForward.GELU_K3), splat(UnaryForward.GELU_K)).mul(near);
      FloatVector slope = splat(1f).sub(t.mul(t)).mul(inner).add(t).add(1f).mul(0.5f);
      store(d.mul(slope), dx + 4L * i);
    }
  }

  private static void silu(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      FloatVector s = Sigmoid.sigmoid(v);
      FloatVector slope = splat(1f).sub(s).fma(v, splat(1f)).mul(s);
      store(d.mul(slope), dx + 4L * i);
    }
  }

  private static void sigmoid(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(d.mul(splat(1f).sub(v)).mul(v), dx + 4L * i);
    }
  }

  private static void tanh(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(d.mul(splat(1f).sub(v.mul(v))), dx + 4L * i);
    }
  }

  private static void exp(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(d.mul(v), dx + 4L * i);
    }
  }

  private static void log(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(d.div(v), dx + 4L * i);
    }
  }

  private static void sqrt(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(d.div(v.add(v)), dx + 4L * i);
    }
  }

  private static void neg(long dy, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      store(d.neg(), dx + 4L * i);
    }
  }

  private static void abs(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      FloatVector sign = splat(0f).blend(1f, v.compare(VectorOperators.GT, 0f));
      sign = sign.blend(-1f, v.compare(VectorOperators.LT, 0f));
      store(d.mul(sign), dx + 4L * i);
    }
  }

  private static void square(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(d.mul(v.add(v)), dx + 4L * i);
    }
  }

  private static void reciprocal(long dy, long saved, long dx, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      store(d.neg().mul(v).mul(v), dx + 4L * i);
    }
  }

  private static void affine(long dy, long dx, int n, float alpha) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      store(d.mul(alpha), dx + 4L * i);
    }
  }

  private static void clamp(long dy, long saved, long dx, int n, float least, float most) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      FloatVector d = load(dy + 4L * i);
      FloatVector v = load(saved + 4L * i);
      VectorMask<Float> inside = v.compare(VectorOperators.GE, least).and(v.compare(VectorOperators.LE, most));
      store(splat(0f).blend(d, inside), dx + 4L * i);
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
