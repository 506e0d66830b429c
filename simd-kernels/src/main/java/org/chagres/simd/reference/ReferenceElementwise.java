package org.chagres.simd.reference;

import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.Strided;

/** What the maps of {@code simd.elementwise} are to give, in double, an element at a time. */
public final class ReferenceElementwise {

  private ReferenceElementwise() {}

  /** f(x). */
  public static double unary(Unary f, double x) {
    double k = Math.sqrt(2 / Math.PI);
    return switch (f.op()) {
      case RELU -> x < 0 ? 0 : x;
      case LEAKY_RELU -> x > 0 ? x : f.alpha() * x;
      case GELU -> x * cumulative(x);
      case GELU_TANH -> 0.5 * x * (1 + Math.tanh(k * (x + 0.044715 * x * x * x)));
      case SILU -> x / (1 + Math.exp(-x));
      case SIGMOID -> 1 / (1 + Math.exp(-x));
      case TANH -> Math.tanh(x);
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case SQRT -> Math.sqrt(x);
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SQUARE -> x * x;
      case RECIPROCAL -> 1 / x;
      case AFFINE -> f.alpha() * x + f.beta();
      case POW -> Math.pow(x, f.alpha());
      case CLAMP -> x < f.alpha() ? f.alpha() : x > f.beta() ? f.beta() : x;
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
    };
  }

  /** f' from the operand, or from the result where the function saves that. */
  public static double derivative(Unary f, double saved) {
    double v = saved;
    return switch (f.op()) {
      case RELU -> v <= 0 ? 0 : 1;
      case LEAKY_RELU -> v > 0 ? 1 : f.alpha();
      case GELU -> cumulative(v) + v * Math.exp(-v * v / 2) / Math.sqrt(2 * Math.PI);
      case GELU_TANH -> geluTanhSlope(v);
      case SILU -> {
        double s = 1 / (1 + Math.exp(-v));
        yield s * (1 + v * (1 - s));
      }
      case SIGMOID -> v * (1 - v);
      case TANH -> 1 - v * v;
      case EXP -> v;
      case LOG -> 1 / v;
      case SQRT -> 0.5 / v;
      case NEG -> -1;
      case ABS -> v > 0 ? 1 : v < 0 ? -1 : 0;
      case SQUARE -> 2 * v;
      case RECIPROCAL -> -v * v;
      case AFFINE -> f.alpha();
      case POW -> f.alpha() == 0 ? 0 : f.alpha() * Math.pow(v, f.alpha() - 1.0);
      case CLAMP -> v >= f.alpha() && v <= f.beta() ? 1 : 0;
      case SIN -> Math.cos(v);
      case COS -> -Math.sin(v);
    };
  }

  private static double geluTanhSlope(double x) {
    double k = Math.sqrt(2 / Math.PI);
    double t = Math.tanh(k * (x + 0.044715 * x * x * x));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * k * (1 + 3 * 0.044715 * x * x);
  }

  /** Φ(x): the series of its middle, the continued fraction of its tails. */
  public static double cumulative(double x) {
    if (Double.isNaN(x)) {
      return x;
    }
    double size = Math.abs(x);
    double tail;
    if (size < 3) {
      double term = size;
      double sum = size;
      for (int n = 1; n < 100; n++) {
        term *= size * size / (2 * n + 1);
        sum += term;
      }
      tail = 0.5 - sum * Math.exp(-size * size / 2) / Math.sqrt(2 * Math.PI);
    } else {
      double fraction = size;
      for (int n = 100; n > 0; n--) {
        fraction = size + n / fraction;
      }
      tail = Math.exp(-size * size / 2) / Math.sqrt(2 * Math.PI) / fraction;
    }
    return x < 0 ? tail : 1 - tail;
  }

  /** a ∘ b. */
  public static double binary(BinaryOp op, double a, double b) {
    return switch (op) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case POW -> Math.pow(a, b);
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
    };
  }

  /** ∂(a ∘ b)/∂a. */
  public static double derivativeOfA(BinaryOp op, double a, double b) {
    return switch (op) {
      case ADD, SUB -> 1;
      case MUL -> b;
      case DIV -> 1 / b;
      case POW -> b == 0 ? 0 : b * Math.pow(a, b - 1);
      case MAXIMUM -> a < b ? 0 : a == b ? 0.5 : 1;
      case MINIMUM -> a > b ? 0 : a == b ? 0.5 : 1;
    };
  }

  /** ∂(a ∘ b)/∂b. */
  public static double derivativeOfB(BinaryOp op, double a, double b) {
    return switch (op) {
      case ADD -> 1;
      case SUB -> -1;
      case MUL -> a;
      case DIV -> -a / (b * b);
      case POW -> a == 0 && b >= 0 ? 0 : Math.pow(a, b) * Math.log(a);
      case MAXIMUM -> b < a ? 0 : a == b ? 0.5 : 1;
      case MINIMUM -> b > a ? 0 : a == b ? 0.5 : 1;
    };
  }

  /** Whether a and b compare so. */
  public static boolean compare(CompareOp op, double a, double b) {
    return switch (op) {
      case EQ -> a == b;
      case NE -> a != b;
      case LT -> a < b;
      case LE -> a <= b;
      case GT -> a > b;
      case GE -> a >= b;
    };
  }

  /** Where an operand's element for element {@code i} of the result stands, in elements. */
  public static long position(Strided shape, int operand, long i) {
    long rest = i;
    long position = 0;
    for (int d = shape.dims().length - 1; d >= 0; d--) {
      position += rest % shape.dims()[d] * shape.strides()[operand][d];
      rest /= shape.dims()[d];
    }
    return position;
  }
}
