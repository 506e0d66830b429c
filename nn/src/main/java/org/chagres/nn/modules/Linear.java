package org.chagres.nn.modules;

import java.util.Optional;
import org.chagres.nn.init.Init;
import org.chagres.nn.tensor.Tensor;

/**
 * y = x·Wᵀ + b over the last dimension.
 *
 * <p>Shape: (..., in) to (..., out). Parameters: {@code weight} (out, in), {@code bias} (out), both uniform in ±1/√in at first, as
 * in PyTorch.
 */
public final class Linear extends Layer {

  private final int in;
  private final int out;
  private final Tensor weight;
  private final Optional<Tensor> bias;

  /** With a bias. */
  public Linear(int in, int out) {
    this(in, out, true);
  }

  /** With or without a bias. */
  public Linear(int in, int out, boolean bias) {
    option(in > 0, "in", "1 or more", in);
    option(out > 0, "out", "1 or more", out);
    this.in = in;
    this.out = out;
    weight = parameter("weight", Init.uniformFanIn(in, out, in));
    this.bias = bias ? Optional.of(parameter("bias", Init.uniformFanIn(in, out))) : Optional.empty();
  }

  /** (out, in). */
  public Tensor weight() {
    return weight;
  }

  /** (out), if it has one. */
  public Optional<Tensor> bias() {
    return bias;
  }

  @Override
  protected Tensor compute(Tensor x) {
    return org.chagres.nn.functional.Linear.linear(x, weight, bias);
  }

  @Override
  protected long flops(Tensor x, Tensor y) {
    return 2L * y.count() * in;
  }

  @Override
  protected String options() {
    return "in=" + in + ", out=" + out + ", bias=" + bias.isPresent();
  }
}
