package org.chagres.simd.reference;

import org.chagres.simd.optim.AdamOptions;
import org.chagres.simd.optim.RmsPropOptions;
import org.chagres.simd.optim.SgdOptions;

/** PyTorch's optimizer steps in double, for one parameter whose state is an array. */
public final class ReferenceOptim {

  private ReferenceOptim() {}

  /** The parameter after a step of SGD; {@code state} is its momentum buffer. */
  public static double sgd(SgdOptions o, double parameter, double gradient, double[] state) {
    double g = (o.maximize() ? -gradient : gradient) + o.weightDecay() * parameter;
    if (o.momentum() != 0) {
      state[0] = o.first() ? g : o.momentum() * state[0] + (1 - o.dampening()) * g;
      g = o.nesterov() ? g + o.momentum() * state[0] : state[0];
    }
    return parameter - o.lr() * g;
  }

  /** The parameter after a step of Adam; {@code state} is the moments and the largest second moment. */
  public static double adam(AdamOptions o, boolean amsgrad, double parameter, double gradient, double[] state) {
    double p = parameter;
    double g = o.maximize() ? -gradient : gradient;
    if (o.decoupled()) {
      p *= 1 - o.lr() * o.weightDecay();
    } else {
      g += o.weightDecay() * p;
    }
    state[0] += (1 - o.beta1()) * (g - state[0]);
    state[1] = o.beta2() * state[1] + (1 - o.beta2()) * g * g;
    state[2] = Math.max(state[2], state[1]);
    double second = amsgrad ? state[2] : state[1];
    double denominator = Math.sqrt(second) / Math.sqrt(1 - Math.pow(o.beta2(), o.step())) + o.eps();
    return p - o.lr() / (1 - Math.pow(o.beta1(), o.step())) * state[0] / denominator;
  }

  /**
   * The parameter after a step of RMSprop; {@code state} is the mean square, the momentum buffer and the mean
   * gradient.
   */
  public static double rmsProp(RmsPropOptions o, double parameter, double gradient, double[] state) {
    double g = (o.maximize() ? -gradient : gradient) + o.weightDecay() * parameter;
    state[0] = o.alpha() * state[0] + (1 - o.alpha()) * g * g;
    double square = state[0];
    if (o.centered()) {
      state[2] += (1 - o.alpha()) * (g - state[2]);
      square -= state[2] * state[2];
    }
    double step = g / (Math.sqrt(square) + o.eps());
    if (o.momentum() != 0) {
      state[1] = o.momentum() * state[1] + step;
      step = state[1];
    }
    return parameter - o.lr() * step;
  }
}
