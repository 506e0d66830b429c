package org.chagres.nn.functional;

import org.chagres.nn.tensor.Elementwise;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Tape;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.random.Stream;

/** Dropout (Srivastava et al., 2014). */
public final class Dropout {

  private Dropout() {}

  /**
   * Sets elements to 0 with probability p and scales the others by 1 / (1 - p). The mask is not stored: backward draws the same
   * numbers again.
   *
   * @param x any shape, f32
   * @param p probability of dropping, 0 to 1
   * @param generator where the numbers come from
   */
  public static Tensor dropout(Tensor x, double p, Generator generator) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("p: expected a probability from 0 to 1, got " + p);
    }
    Arguments.f32("input", x);
    Tensor in = x.dense();
    Stream at = generator.take(in.count());
    Tensor y = in.freshLike("dropout");
    in.backend().random().dropout(at, p, in.count(), in.data(), y.data());
    Arguments.keep(in);
    return Tape.record("dropout", y, Tape.list(x), Tape.none(), (c, dy) -> {
      // The mask goes by place in memory, so the gradient must lie as the output did.
      Tensor dx = y.freshLike("dropout");
      Tensor d = Elementwise.like(dy, dx);
      d.backend().random().dropout(at, p, d.count(), d.data(), dx.data());
      c.gradient(0, dx);
      Arguments.keep(d);
    });
  }
}
