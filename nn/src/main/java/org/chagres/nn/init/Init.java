package org.chagres.nn.init;

import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;

/** Initial values, as {@code torch.nn.init}; each fills a tensor in place and hands it back. */
public final class Init {

  private Init() {}

  /** Which side of a weight a variance is kept on. */
  public enum Fan {
    /** Inputs: keeps the variance forward. */
    IN,
    /** Outputs: keeps the variance backward. */
    OUT
  }

  /** A fresh tensor, uniform in ±1/√fanIn: what PyTorch's Linear and Conv2d start with. It outlives any scope. */
  public static Tensor uniformFanIn(int fanIn, int... shape) {
    double bound = 1 / Math.sqrt(fanIn);
    try (Scope none = Scope.suspend()) {
      // Row-major whatever the rank: a weight lies as PyTorch stores it.
      int count = 1;
      for (int d : shape) {
        count = Math.multiplyExact(count, d);
      }
      return Generator.standard().uniform(-bound, bound, count).reshape(shape);
    }
  }

  /** Uniform in [low, high). */
  public static Tensor uniform(Tensor t, double low, double high) {
    try (Grad off = Grad.disabled()) {
      return Generator.standard().fillUniform(t, low, high);
    }
  }

  /** Normal. */
  public static Tensor normal(Tensor t, double mean, double std) {
    if (!(std >= 0)) {
      throw new IllegalArgumentException("std: expected 0 or more, got " + std);
    }
    try (Grad off = Grad.disabled()) {
      return Generator.standard().fillNormal(t, mean, std);
    }
  }

  /** One value. */
  public static Tensor constant(Tensor t, double value) {
    try (Grad off = Grad.disabled()) {
      return t.fill(value);
    }
  }

  /** Zeros. */
  public static Tensor zeros(Tensor t) {
    return constant(t, 0);
  }

  /** Ones. */
  public static Tensor ones(Tensor t) {
    return constant(t, 1);
  }

  /** Xavier uniform (Glorot and Bengio, 2010). */
  public static Tensor xavierUniform(Tensor t, double gain) {
    double bound = gain * Math.sqrt(6.0 / (fan(t, Fan.IN) + fan(t, Fan.OUT)));
    return uniform(t, -bound, bound);
  }

  /** Xavier normal. */
  public static Tensor xavierNormal(Tensor t, double gain) {
    return normal(t, 0, gain * Math.sqrt(2.0 / (fan(t, Fan.IN) + fan(t, Fan.OUT))));
  }

  /**
   * Kaiming uniform (He et al., 2015).
   *
   * @param slope of the leaky ReLU that follows; 0 for ReLU
   */
  public static Tensor kaimingUniform(Tensor t, double slope, Fan fan) {
    double bound = Math.sqrt(3) * kaimingStd(t, slope, fan);
    return uniform(t, -bound, bound);
  }

  /** Kaiming normal. */
  public static Tensor kaimingNormal(Tensor t, double slope, Fan fan) {
    return normal(t, 0, kaimingStd(t, slope, fan));
  }

  private static double kaimingStd(Tensor t, double slope, Fan fan) {
    return Math.sqrt(2 / (1 + slope * slope)) / Math.sqrt(fan(t, fan));
  }

  /** Inputs or outputs of a weight (out, in, ...), the receptive field counted. */
  private static double fan(Tensor t, Fan side) {
    if (t.rank() < 2) {
      throw new IllegalArgumentException(
          "fan: expected a weight of at least 2 dimensions, got " + java.util.Arrays.toString(t.shape()));
    }
    double field = (double) t.count() / Math.max(1, (long) t.size(0) * t.size(1));
    return (side == Fan.IN ? t.size(1) : t.size(0)) * field;
  }
}
