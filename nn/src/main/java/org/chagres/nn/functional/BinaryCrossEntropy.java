package org.chagres.nn.functional;

import java.util.Arrays;
import java.util.Optional;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.loss.Logits;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Reduction;

/** Binary cross entropy over logits. */
public final class BinaryCrossEntropy {

  private BinaryCrossEntropy() {}

  /**
   * -[w·t·log σ(x) + (1 - t)·log(1 - σ(x))], in the form that does not overflow.
   *
   * @param x logits of any shape, f32
   * @param target of the same shape, 0 to 1
   * @param positive weight of the positives of each index of the last dimension, or none
   * @param reduction what becomes of the elements
   */
  public static Tensor withLogits(Tensor x, Tensor target, Optional<Tensor> positive, Reduction reduction) {
    Arguments.f32("input", x);
    Arguments.f32("target", target);
    Arguments.sameShape("target", x, target);
    Arguments.onDevice(x, target);
    int columns = x.rank() == 0 ? 1 : x.size(-1);
    Optional<Tensor> weight = Arguments.parameter("posWeight", positive, x, columns);
    if (x.count() == 0) {
      throw new IllegalArgumentException("input: expected at least one element, got " + Arrays.toString(x.shape()));
    }
    Tensor a = x.contiguous();
    Tensor b = target.contiguous();
    Logits s = new Logits(Math.toIntExact(a.count() / columns), columns, reduction);
    boolean each = reduction == Reduction.NONE;
    String name = "bce_with_logits";
    Tensor y = each ? a.freshLike(name) : Tensor.empty(name, DType.F32, x.device());
    x.backend().loss().logitsForward(s, a.data(), b.data(), Arguments.data(weight), y.data());
    Arguments.keep(a, b, weight);
    return Tape.record(name, y, Tape.list(x), Tape.list(a, b), (c, dy) -> {
      Tensor d = dy.contiguous();
      Tensor dx = c.saved(0).freshLike(name);
      d.backend().loss().logitsBackward(s, d.data(), c.saved(0).data(), c.saved(1).data(), Arguments.data(weight),
          dx.data());
      c.gradient(0, dx);
      Arguments.keep(d);
    });
  }
}
