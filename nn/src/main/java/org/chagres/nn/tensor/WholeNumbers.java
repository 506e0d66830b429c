package org.chagres.nn.tensor;

import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.DType;

/** What integers need beside the f32 kernels, which would round those over 2^24: plain loops on the host, and arithmetic. */
final class WholeNumbers {

  private WholeNumbers() {}

  /** Largest or smallest values of i32 or i64 along a dimension, the first one where equal. */
  static Tensor.Extremes extremes(Tensor x, boolean largest, int dim, boolean keepDim) {
    int at = Layout.dim(dim, x.rank());
    int[] shape = x.shape();
    int length = shape.length == 0 ? 1 : shape[at];
    int inner = 1;
    for (int d = at + 1; d < shape.length; d++) {
      inner *= shape[d];
    }
    if (shape.length > 0) {
      shape[at] = 1;
    }
    long[] values = x.toLongs();
    long[] best = new long[values.length / length];
    long[] indices = new long[best.length];
    for (int i = 0; i < best.length; i++) {
      int start = i / inner * length * inner + i % inner;
      best[i] = values[start];
      for (int j = 1; j < length; j++) {
        long v = values[start + j * inner];
        if (largest ? v > best[i] : v < best[i]) {
          best[i] = v;
          indices[i] = j;
        }
      }
    }
    Tensor found = Tensor.of(best, shape).to(x.dtype()).to(x.device());
    Tensor places = Tensor.of(indices, shape).to(x.device());
    return keepDim || shape.length == 0
        ? new Tensor.Extremes(found, places)
        : new Tensor.Extremes(found.squeeze(at), places.squeeze(at));
  }

  /** a where the condition is true, else b: exact also where a product overflows. */
  static Tensor where(Tensor condition, Tensor a, Tensor b) {
    DType type = Arithmetic.promote(a.dtype(), b.dtype());
    Tensor yes = condition.to(type);
    Tensor no = condition.eq(0).to(type);
    Tensor y = Arithmetic.compute(
        BinaryOp.ADD, "where", Arithmetic.compute(BinaryOp.MUL, "where", yes, a),
        Arithmetic.compute(BinaryOp.MUL, "where", no, b));
    return a.dtype() == b.dtype() ? y.to(a.dtype()) : y;
  }

  /** The type in which integers are compared with a number without rounding or wrapping it. */
  static DType toCompare(DType type, double number) {
    boolean whole = number == Math.rint(number) && Math.abs(number) <= 1L << 53;
    if (!whole) {
      return DType.F64;
    }
    long n = (long) number;
    boolean fits = switch (type) {
      case BOOL -> n == 0 || n == 1;
      case U8 -> n >= 0 && n <= 255;
      case I32 -> n == (int) n;
      default -> true;
    };
    return fits ? type : DType.I64;
  }
}
