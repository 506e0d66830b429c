package org.chagres.nn.tensor;

import java.util.Locale;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.UnaryOp;

/** Functions of one operand. */
public final class Elementwise {

  private Elementwise() {}

  /** f(x) for a function without parameters. */
  public static Tensor apply(Tensor x, UnaryOp op) {
    return apply(x, op, 0, 0);
  }

  /**
   * f(x), f32, in the layout of x; integers are taken as f32.
   *
   * @param x any shape
   * @param op the function
   * @param alpha its first parameter, where it has one
   * @param beta its second
   * @throws IllegalArgumentException for f64
   */
  public static Tensor apply(Tensor x, UnaryOp op, double alpha, double beta) {
    String name = op.name().toLowerCase(Locale.ROOT);
    if (x.dtype() == DType.F64) {
      throw new IllegalArgumentException(name + ": expected f32, got f64; use to(DType.F32)");
    }
    Unary f = new Unary(op, (float) alpha, (float) beta);
    Tensor in = Arithmetic.inType(x, DType.F32).dense();
    Tensor y = in.freshLike(name);
    in.backend().elementwise().unary(f, in.count(), in.data(), y.data());
    Tensor saved = op.savesOutput() ? y : in;
    return Tape.record(name, y, Tape.list(x), Tape.list(saved), (c, dy) -> {
      Tensor s = c.saved(0);
      Tensor d = like(dy, s);
      Tensor dx = s.freshLike(name);
      s.backend().elementwise().unaryBackward(f, s.count(), d.data(), s.data(), dx.data());
      c.gradient(0, dx);
      java.lang.ref.Reference.reachabilityFence(d);
    });
  }

  /** A gradient in the layout of what was saved; itself where it lies so. */
  public static Tensor like(Tensor dy, Tensor model) {
    if (Layout.same(model.shapeArray(), dy.stridesArray(), model.stridesArray())) {
      return dy;
    }
    Tensor out = model.freshLike("gradient");
    Arithmetic.copyInto(out, dy);
    return out;
  }
}
