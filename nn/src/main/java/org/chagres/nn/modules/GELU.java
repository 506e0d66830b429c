package org.chagres.nn.modules;

import org.chagres.nn.functional.Activation;
import org.chagres.nn.tensor.Tensor;

/** x·Φ(x) (Hendrycks and Gimpel, 2016), exactly or by the tanh approximation. */
public final class GELU extends Layer {

  private final boolean tanh;

  /** Exactly, with the error function. */
  public GELU() {
    this("none");
  }

  /** {@code "none"}: exactly; {@code "tanh"}: the approximation. */
  public GELU(String approximate) {
    option(approximate.equals("none") || approximate.equals("tanh"), "approximate", "none or tanh", approximate);
    tanh = approximate.equals("tanh");
  }

  @Override
  protected Tensor compute(Tensor x) {
    return Activation.gelu(x, tanh);
  }

  @Override
  protected String options() {
    return "approximate=" + (tanh ? "tanh" : "none");
  }
}
