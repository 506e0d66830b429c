package org.chagres.nn.tensor;

import java.util.Arrays;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;

/** Comparisons and choice by condition. */
final class Comparison {

  private Comparison() {}

  static Tensor compare(CompareOp op, Tensor a, double number) {
    DType type = a.dtype().isFloat() ? a.dtype() : WholeNumbers.toCompare(a.dtype(), number);
    return compare(op, a, Tensor.full(a.device(), type, number));
  }

  static Tensor compare(CompareOp op, Tensor a, Tensor b) {
    Arithmetic.sameDevice("compare", a, b);
    DType type = a.dtype() == b.dtype() ? a.dtype() : Arithmetic.promote(a.dtype(), b.dtype());
    Tensor x = Arithmetic.inType(a, type);
    Tensor z = Arithmetic.inType(b, type);
    int[] shape = Layout.broadcast(x.shapeArray(), z.shapeArray());
    long[] strides = Arrays.equals(shape, x.shapeArray()) && x.isDense() ? x.stridesArray() : Layout.usual(shape);
    Tensor y = Tensor.empty("compare", DType.BOOL, x.device(), shape, strides);
    Strided s = Arithmetic.strided(shape, strides, x, z);
    x.backend().elementwise().compare(op, type, s, x.data(), z.data(), y.data());
    java.lang.ref.Reference.reachabilityFence(x);
    java.lang.ref.Reference.reachabilityFence(z);
    return y;
  }

  static Tensor where(Tensor condition, Tensor a, Tensor b) {
    Arithmetic.sameDevice("where", condition, a);
    Arithmetic.sameDevice("where", a, b);
    if (condition.dtype() != DType.BOOL) {
      throw new IllegalArgumentException("where: expected a bool condition, got " + condition.dtype());
    }
    if (!a.dtype().isFloat() && !b.dtype().isFloat()) {
      return WholeNumbers.where(condition, a, b);
    }
    if (a.dtype() == DType.F64 || b.dtype() == DType.F64) {
      throw new IllegalArgumentException("where: expected f32, got f64; use to(DType.F32)");
    }
    Tensor x = Arithmetic.inType(a, DType.F32);
    Tensor z = Arithmetic.inType(b, DType.F32);
    int[] shape = Layout.broadcast(Layout.broadcast(condition.shapeArray(), x.shapeArray()), z.shapeArray());
    Tensor y = Tensor.empty("where", DType.F32, x.device(), shape);
    Strided s = Arithmetic.strided(shape, y.stridesArray(), condition, x, z);
    x.backend().elementwise().where(s, condition.data(), x.data(), z.data(), y.data());
    java.lang.ref.Reference.reachabilityFence(x);
    java.lang.ref.Reference.reachabilityFence(z);
    return Tape.record("where", y, Tape.list(a, b), Tape.list(condition), (c, dy) -> {
      Tensor zero = Tensor.full(dy.device(), DType.F32, 0);
      if (c.needs(0)) {
        c.gradient(0, Arithmetic.sumTo(where(c.saved(0), dy, zero), a.shapeArray()));
      }
      if (c.needs(1)) {
        c.gradient(1, Arithmetic.sumTo(where(c.saved(0), zero, dy), b.shapeArray()));
      }
    });
  }
}
