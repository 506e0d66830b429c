package org.chagres.nn.samples;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Random;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;

/**
 * One call of a differentiable op that its readers make in their own ways: gradient check, layouts, modes.
 *
 * @param name what it shows, unique
 * @param op from the inputs to the result; deterministic
 * @param inputs what the op is called with
 */
public record OpSample(String name, Op op, Input... inputs) {

  private static final Map<Tensor, Map<Device, Tensor>> CONSTANTS = new IdentityHashMap<>();

  /** An op of any number of tensors. */
  @FunctionalInterface
  public interface Op {
    /** Computes the result. */
    Tensor apply(Tensor... x);
  }

  /**
   * An input.
   *
   * @param low least value; with {@code high} equal to it, the values are distinct multiples of 0.05 plus 0.025, in random order,
   *     which keeps them away from kinks at multiples of 0.05 and from ties
   * @param high no value reaches it
   */
  public record Input(double low, double high, int... shape) {

    int count() {
      return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /** Values in row-major order. */
    public float[] values(Random random) {
      float[] v = new float[count()];
      if (low < high) {
        for (int i = 0; i < v.length; i++) {
          v[i] = (float) (low + (high - low) * random.nextDouble());
        }
        return v;
      }
      for (int i = 0; i < v.length; i++) {
        int j = random.nextInt(i + 1);
        v[i] = v[j];
        v[j] = (float) ((i - v.length / 2 + 0.5) * 0.05);
      }
      return v;
    }
  }

  /** How an input lies in memory. */
  public enum Memory {
    /** As a fresh tensor does. */
    USUAL,
    /** Row-major, also in four dimensions. */
    ROW_MAJOR,
    /** Every other element of a wider tensor: not dense. */
    STRIDED,
    /** Dimensions in reverse order. */
    REVERSED;

    /** A leaf of these values. */
    public Tensor of(float[] values, int... shape) {
      try (Grad off = Grad.disabled()) {
        Tensor t = Tensor.of(values, shape);
        return switch (this) {
          case USUAL -> t;
          case ROW_MAJOR -> t.contiguous();
          case STRIDED -> {
            if (shape.length == 0) {
              yield t;
            }
            int[] wide = shape.clone();
            wide[wide.length - 1] *= 2;
            Tensor all = Tensor.full(Float.NaN, wide);
            Tensor part = all.slice(-1, 0, wide[wide.length - 1], 2);
            part.copyFrom(t);
            yield part.detach();
          }
          case REVERSED -> {
            int[] order = new int[shape.length];
            Arrays.setAll(order, i -> order.length - 1 - i);
            yield t.permute(order).contiguous().permute(order).detach();
          }
        };
      }
    }
  }

  /** Uniform values from -1 to 1. */
  public static Input any(int... shape) {
    return new Input(-1, 1, shape);
  }

  /** Uniform values from 0.5 to 2: for logarithms, roots and divisors. */
  public static Input positive(int... shape) {
    return new Input(0.5, 2, shape);
  }

  /** Distinct values away from kinks. */
  public static Input distinct(int... shape) {
    return new Input(0, 0, shape);
  }

  /** A constant of a sample where an input lies; copied there once. */
  static Tensor on(Tensor input, Tensor constant) {
    Map<Device, Tensor> copies = CONSTANTS.computeIfAbsent(constant, c -> new HashMap<>());
    try (Scope none = Scope.suspend(); Grad off = Grad.disabled()) {
      return copies.computeIfAbsent(input.device(), constant::to);
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name);
    for (Input i : inputs) {
      text.append(' ').append(Arrays.toString(i.shape));
    }
    return text.toString();
  }
}
