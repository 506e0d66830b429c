package org.chagres.nn.tensor;

import java.util.Arrays;
import org.chagres.simd.shape.DType;

/** Changes in place, counted so that backward notices them. */
final class InPlace {

  private InPlace() {}

  static Tensor fill(Tensor t, double value) {
    check(t, "fill");
    if (t.node() != null && Grad.isEnabled()) {
      return replace(t, Tensor.full(t.device(), t.dtype(), value).expand(t.shapeArray()), "fill");
    }
    if (t.isDense()) {
      t.backend().elementwise().fill(t.dtype(), t.count(), value, t.data());
      t.changed();
    } else {
      Arithmetic.copyInto(t, Tensor.full(t.device(), t.dtype(), value));
    }
    return t;
  }

  /** The target takes the values of a result, and its place on the tape. */
  static Tensor replace(Tensor target, Tensor result, String op) {
    check(target, op);
    if (Grad.records(target, result) && target.isSharedOnTape()) {
      throw new IllegalStateException(
          op + ": the tensor " + Layout.toString(target.shapeArray()) + " shares its memory with a view or is one,"
              + " whose gradient would not follow a change in place; use copy() or the op that returns a new tensor");
    }
    if (!Arrays.equals(result.shapeArray(), target.shapeArray())) {
      throw new IllegalArgumentException(
          op + ": the result " + Layout.toString(result.shapeArray()) + " does not fit into "
              + Layout.toString(target.shapeArray()));
    }
    Arithmetic.copyInto(target, target.dtype() == result.dtype() ? result : cast(target, result, op));
    if (result.node() != null) {
      target.attach(result.node());
    } else if (Grad.records(result)) {
      // A leaf's values were copied: its gradient is the target's.
      Tape.record(op, target, Tape.list(result), Tape.none(), (c, dy) -> c.gradient(0, dy));
    } else if (target.node() != null && Grad.isEnabled()) {
      // The old values are gone and with them what they depended on.
      Tape.record(op, target, Tape.list(target), Tape.none(), (c, dy) -> c.gradient(0, dy.freshLike(op).zero()));
    }
    return target;
  }

  /** What an op may save for its gradient while the target is overwritten. */
  static Tensor kept(Tensor target, Tensor other) {
    return Grad.records(target, other) ? target.copy() : target;
  }

  private static Tensor cast(Tensor target, Tensor result, String op) {
    if (result.dtype().isFloat() && !target.dtype().isFloat() || target.dtype() == DType.BOOL) {
      throw new IllegalArgumentException(
          op + ": a result of type " + result.dtype() + " does not fit into " + target.dtype());
    }
    return result.to(target.dtype());
  }

  private static void check(Tensor t, String op) {
    if (Grad.isEnabled() && t.requiresGrad() && t.isLeaf()) {
      throw new IllegalStateException(
          op + ": a leaf that requires a gradient is changed in place; do it under Grad.disabled()");
    }
    if (t.count() > 1 && repeats(t)) {
      throw new IllegalStateException(
          op + ": an expanded tensor holds the same element several times; copy() it first");
    }
  }

  private static boolean repeats(Tensor t) {
    int[] shape = t.shapeArray();
    long[] strides = t.stridesArray();
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] > 1 && strides[i] == 0) {
        return true;
      }
    }
    return false;
  }
}
