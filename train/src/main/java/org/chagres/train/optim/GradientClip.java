package org.chagres.train.optim;

import java.util.Collection;
import java.util.List;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.tensor.FlatBlock;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tensor;

/** Limits gradients before a step, as {@code torch.nn.utils.clip_grad_norm_} and {@code clip_grad_value_}. */
public final class GradientClip {

  private GradientClip() {}

  /**
   * Scales all gradients so that their Euclidean norm, taken together, is at most a limit.
   *
   * @return the norm before
   * @throws IllegalArgumentException if the limit is not over 0
   */
  public static double norm(Collection<Tensor> parameters, double limit) {
    check(limit);
    List<Tensor> list = List.copyOf(parameters);
    double[] norm = new double[1];
    // How much is scaled is decided on the host.
    Recorder.host(() -> norm[0] = clip(list, limit));
    return norm[0];
  }

  private static double clip(List<Tensor> list, double limit) {
    double squares = 0;
    try (Grad off = Grad.disabled()) {
      for (int[] run : FlatBlock.runs(list)) {
        for (int i = run[0]; i < run[1]; i++) {
          Tensor g = list.get(i).grad();
          squares += g.backend().optim().sumSquares(g.count(), g.data());
        }
      }
      double norm = Math.sqrt(squares);
      // PyTorch's formula: the 1e-6 keeps the quotient finite, and nothing is scaled up.
      double factor = limit / (norm + 1e-6);
      if (!(factor >= 1)) {
        for (Tensor p : list) {
          if (p.hasGrad()) {
            Tensor g = p.grad();
            g.backend().optim().scale(g.count(), factor, g.data());
            g.changed();
          }
        }
      }
      return norm;
    }
  }

  /** Limits every gradient to -limit … limit. */
  public static void value(Collection<Tensor> parameters, double limit) {
    check(limit);
    try (Grad off = Grad.disabled()) {
      for (Tensor p : parameters) {
        if (p.hasGrad()) {
          Tensor g = p.grad();
          g.backend().optim().clamp(g.count(), limit, g.data());
          g.changed();
        }
      }
    }
  }

  private static void check(double limit) {
    if (!(limit > 0)) {
      throw new IllegalArgumentException("gradient limit: expected more than 0, got " + limit);
    }
  }
}
