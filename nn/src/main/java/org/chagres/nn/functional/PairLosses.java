package org.chagres.nn.functional;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.tensor.Elementwise;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.loss.Pair;
import org.chagres.simd.loss.PairGradients;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.Reduction;

/** Losses of a prediction and a target of one shape: mean square, absolute, smooth L1, Huber. */
public final class PairLosses {

  private PairLosses() {}

  /**
   * The loss of x against a target.
   *
   * @param loss which one
   * @param parameter beta of smooth L1 (0 or more), delta of Huber (over 0); else not used
   * @param reduction what becomes of the elements
   * @param x any shape, f32
   * @param target of the same shape
   */
  public static Tensor apply(PairLoss loss, double parameter, Reduction reduction, Tensor x, Tensor target) {
    Arguments.f32("input", x);
    Arguments.f32("target", target);
    Arguments.sameShape("target", x, target);
    Arguments.onDevice(x, target);
    String name = loss.name().toLowerCase(java.util.Locale.ROOT) + "_loss";
    Pair pair = new Pair(loss, (float) parameter, reduction);
    Tensor a = x.dense();
    Tensor b = Elementwise.like(target, a);
    boolean each = reduction == Reduction.NONE;
    Tensor y = each ? a.freshLike(name) : Tensor.empty(name, DType.F32, x.device());
    x.backend().loss().pairForward(pair, a.count(), a.data(), b.data(), y.data());
    return Tape.record(name, y, Tape.list(x, target), Tape.list(a, b), (c, dy) -> {
      Tensor p = c.saved(0);
      Tensor d = each ? Elementwise.like(dy, p) : dy;
      Tensor dx = p.freshLike(name);
      Tensor dt = c.needs(1) ? p.freshLike(name) : dx;
      PairGradients out = new PairGradients(dx.data(), c.needs(1) ? dt.data() : MemorySegment.NULL);
      d.backend().loss().pairBackward(pair, p.count(), d.data(), p.data(), c.saved(1).data(), out);
      c.gradient(0, dx);
      c.gradient(1, dt);
      Arguments.keep(d);
    });
  }
}
