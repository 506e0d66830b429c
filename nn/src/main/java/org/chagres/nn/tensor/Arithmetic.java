package org.chagres.nn.tensor;

import java.util.Arrays;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;
import org.chagres.simd.shape.UnaryOp;

/** Functions of two operands, with broadcasting, and of an operand and a number. */
final class Arithmetic {

  private Arithmetic() {}

  static Tensor add(Tensor a, Tensor b) {
    Tensor y = compute(BinaryOp.ADD, "add", a, b);
    return Tape.record("add", y, Tape.list(a, b), Tape.none(), (c, dy) -> {
      c.gradient(0, sumTo(dy, a.shapeArray()));
      c.gradient(1, sumTo(dy, b.shapeArray()));
    });
  }

  static Tensor sub(Tensor a, Tensor b) {
    Tensor y = compute(BinaryOp.SUB, "sub", a, b);
    return Tape.record("sub", y, Tape.list(a, b), Tape.none(), (c, dy) -> {
      c.gradient(0, sumTo(dy, a.shapeArray()));
      if (c.needs(1)) {
        c.gradient(1, affine(sumTo(dy, b.shapeArray()), -1, 0, "neg"));
      }
    });
  }

  static Tensor mul(Tensor a, Tensor b) {
    Tensor y = compute(BinaryOp.MUL, "mul", a, b);
    // Each factor is saved for the other's gradient only, so that one that needs none may be changed in place.
    Tensor forA = Grad.records(a) ? b : y;
    Tensor forB = Grad.records(b) ? a : y;
    return Tape.record("mul", y, Tape.list(a, b), Tape.list(forA, forB), (c, dy) -> {
      if (c.needs(0)) {
        c.gradient(0, sumTo(compute(BinaryOp.MUL, "mul", dy, c.saved(0)), a.shapeArray()));
      }
      if (c.needs(1)) {
        c.gradient(1, sumTo(compute(BinaryOp.MUL, "mul", dy, c.saved(1)), b.shapeArray()));
      }
    });
  }

  static Tensor div(Tensor a, Tensor b) {
    return general(BinaryOp.DIV, "div", isInteger(a) && isInteger(b) ? a.to(DType.F32) : a, b);
  }

  static Tensor pow(Tensor a, Tensor b) {
    return general(BinaryOp.POW, "pow", a, b);
  }

  static Tensor maximum(Tensor a, Tensor b) {
    return general(BinaryOp.MAXIMUM, "maximum", a, b);
  }

  static Tensor minimum(Tensor a, Tensor b) {
    return general(BinaryOp.MINIMUM, "minimum", a, b);
  }

  /** Functions whose two derivatives one kernel works out from both operands. */
  private static Tensor general(BinaryOp op, String name, Tensor a, Tensor b) {
    Tensor y = compute(op, name, a, b);
    return Tape.record(name, y, Tape.list(a, b), Tape.list(a, b), (c, dy) -> {
      Tensor x = inType(c.saved(0), DType.F32);
      Tensor z = inType(c.saved(1), DType.F32);
      Tensor dense = inType(dy, DType.F32).dense();
      Tensor da = dense.freshLike(name);
      Tensor db = dense.freshLike(name);
      int[] shape = dense.shapeArray();
      Strided s = strided(shape, dense.stridesArray(), x, z);
      dense.backend().elementwise().binaryBackward(op, s, dense.data(), x.data(), z.data(), da.data(), db.data());
      if (c.needs(0)) {
        c.gradient(0, sumTo(da, a.shapeArray()));
      }
      if (c.needs(1)) {
        c.gradient(1, sumTo(db, b.shapeArray()));
      }
    });
  }

  /** scale · x + shift. */
  static Tensor affine(Tensor x, double scale, double shift, String name) {
    if (x.dtype() != DType.F32) {
      Tensor y = x;
      boolean whole = scale == Math.rint(scale) && shift == Math.rint(shift);
      DType type = isInteger(x) && !whole ? DType.F32 : promote(x.dtype(), x.dtype());
      if (scale != 1) {
        y = compute(BinaryOp.MUL, name, y, Tensor.full(x.device(), type, scale));
      }
      return shift == 0 && y != x ? y : compute(BinaryOp.ADD, name, y, Tensor.full(x.device(), type, shift));
    }
    Tensor in = x.dense();
    Tensor y = in.freshLike(name);
    Unary f = new Unary(UnaryOp.AFFINE, (float) scale, (float) shift);
    in.backend().elementwise().unary(f, in.count(), in.data(), y.data());
    return Tape.record(name, y, Tape.list(x), Tape.none(),
        (c, dy) -> c.gradient(0, scale == 1 ? dy : affine(dy, scale, 0, name)));
  }

  /** x / number: a division, not a product with the rounded reciprocal. */
  static Tensor divide(Tensor x, double number) {
    Tensor y = compute(BinaryOp.DIV, "div", isInteger(x) ? x.to(DType.F32) : x, number(x, number));
    return Tape.record("div", y, Tape.list(x), Tape.none(),
        (c, dy) -> c.gradient(0, compute(BinaryOp.DIV, "div", dy, number(dy, number))));
  }

  /** A number in the precision of a tensor. */
  private static Tensor number(Tensor like, double number) {
    return Tensor.full(like.device(), like.dtype() == DType.F64 ? DType.F64 : DType.F32, number);
  }

  /** The result alone, of the promoted type, in the layout of the operand that gives the shape. */
  static Tensor compute(BinaryOp op, String name, Tensor a, Tensor b) {
    sameDevice(name, a, b);
    DType type = promote(a.dtype(), b.dtype());
    Tensor x = inType(a, type);
    Tensor z = inType(b, type);
    int[] shape;
    long[] strides;
    try {
      shape = Layout.broadcast(x.shapeArray(), z.shapeArray());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
    if (Arrays.equals(shape, x.shapeArray()) && x.isDense()) {
      strides = x.stridesArray();
    } else if (Arrays.equals(shape, z.shapeArray()) && z.isDense()) {
      strides = z.stridesArray();
    } else {
      strides = Layout.usual(shape);
    }
    Tensor y = Tensor.empty(name, type, x.device(), shape, strides);
    Strided s = strided(shape, strides, x, z);
    x.backend().elementwise().binary(op, type, s, x.data(), z.data(), y.data());
    java.lang.ref.Reference.reachabilityFence(x);
    java.lang.ref.Reference.reachabilityFence(z);
    return y;
  }

  /** target += x, which broadcasts to it; the target is dense. */
  static void addInto(Tensor target, Tensor x) {
    sameDevice("add", target, x);
    Strided s = strided(target.shapeArray(), target.stridesArray(), target, x);
    target.backend().elementwise().binary(BinaryOp.ADD, target.dtype(), s, target.data(), x.data(), target.data());
    target.changed();
    java.lang.ref.Reference.reachabilityFence(x);
  }

  /** target = given, which broadcasts to it and may lie on another device; the target may be a view. */
  static void copyInto(Tensor target, Tensor given) {
    Tensor x = Transfer.to(given, target.device());
    if (target.isDense()) {
      Strided s = strided(target.shapeArray(), target.stridesArray(), x);
      target.backend().elementwise().gather(target.dtype(), s, x.data(), target.data());
    } else {
      Tensor dense =
          Arrays.equals(target.shapeArray(), x.shapeArray()) ? x.dense() : x.expand(target.shapeArray()).copy();
      Strided s = strided(dense.shapeArray(), dense.stridesArray(), target);
      target.backend().elementwise().scatter(target.dtype(), s, false, dense.data(), target.data());
      java.lang.ref.Reference.reachabilityFence(dense);
    }
    target.changed();
    java.lang.ref.Reference.reachabilityFence(x);
  }

  /** How operands are read while a dense result of this shape and these strides is written. */
  static Strided strided(int[] shape, long[] strides, Tensor... operands) {
    boolean alike = true;
    for (Tensor t : operands) {
      alike &= Arrays.equals(t.shapeArray(), shape) && Layout.same(shape, t.stridesArray(), strides);
    }
    if (alike) {
      return Strided.dense(Layout.count(shape), operands.length);
    }
    int[] order = Layout.order(shape, strides);
    long[][] read = new long[operands.length][];
    for (int i = 0; i < operands.length; i++) {
      Tensor t = operands[i];
      read[i] = Layout.permuted(Layout.broadcastStrides(t.shapeArray(), t.stridesArray(), shape), order);
    }
    return Strided.of(Layout.permuted(Layout.longs(shape), order), read);
  }

  /** Sums what broadcasting repeated. */
  static Tensor sumTo(Tensor dy, int[] shape) {
    int[] from = dy.shapeArray();
    if (Arrays.equals(from, shape)) {
      return dy;
    }
    int lead = from.length - shape.length;
    int[] dims = new int[from.length];
    int n = 0;
    for (int i = 0; i < from.length; i++) {
      if (i < lead || (shape[i - lead] == 1 && from[i] != 1)) {
        dims[n++] = i;
      }
    }
    try (Grad off = Grad.disabled()) {
      return dy.sum(true, Arrays.copyOf(dims, n)).reshape(shape);
    }
  }

  static Tensor inType(Tensor t, DType type) {
    return t.dtype() == type ? t : t.to(type);
  }

  private static boolean isInteger(Tensor t) {
    return !t.dtype().isFloat();
  }

  static DType promote(DType a, DType b) {
    if (a == b && a != DType.U8 && a != DType.BOOL) {
      return a;
    }
    if (a == DType.F64 || b == DType.F64) {
      return DType.F64;
    }
    if (a == DType.F32 || b == DType.F32) {
      return DType.F32;
    }
    return a == DType.I64 || b == DType.I64 ? DType.I64 : DType.I32;
  }

  static void sameDevice(String op, Tensor a, Tensor b) {
    if (!a.device().equals(b.device())) {
      throw new IllegalArgumentException(
          op + ": tensor " + Layout.toString(a.shapeArray()) + " is on " + a.device() + ", tensor "
              + Layout.toString(b.shapeArray()) + " on " + b.device());
    }
  }
}
