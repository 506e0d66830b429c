package org.chagres.nn.functional;

import org.chagres.nn.tensor.Elementwise;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.UnaryOp;

/** Activation functions, element by element, of any shape. */
public final class Activation {

  private Activation() {}

  /** max(x, 0). */
  public static Tensor relu(Tensor x) {
    return Elementwise.apply(x, UnaryOp.RELU);
  }

  /** x where positive, else slope·x. */
  public static Tensor leakyRelu(Tensor x, double slope) {
    return Elementwise.apply(x, UnaryOp.LEAKY_RELU, slope, 0);
  }

  /** x·Φ(x) (Hendrycks and Gimpel, 2016), exactly or by the tanh approximation. */
  public static Tensor gelu(Tensor x, boolean tanh) {
    return Elementwise.apply(x, tanh ? UnaryOp.GELU_TANH : UnaryOp.GELU);
  }

  /** x·σ(x). */
  public static Tensor silu(Tensor x) {
    return Elementwise.apply(x, UnaryOp.SILU);
  }

  /** 1 / (1 + e^-x). */
  public static Tensor sigmoid(Tensor x) {
    return Elementwise.apply(x, UnaryOp.SIGMOID);
  }

  /** Hyperbolic tangent. */
  public static Tensor tanh(Tensor x) {
    return Elementwise.apply(x, UnaryOp.TANH);
  }
}
