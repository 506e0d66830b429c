package org.chagres.train.optim;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.optim.SgdOptions;

/**
 * Stochastic gradient descent with momentum (Sutskever et al., 2013), Nesterov's too, by PyTorch's formulas: b = momentum·b + (1 -
 * dampening)·g, p -= lr·b.
 */
public final class SGD extends Optimizer {

  private static final Map<String, Double> DEFAULTS =
      Map.of("lr", 1e-3, "momentum", 0.0, "dampening", 0.0, "weight_decay", 0.0, "nesterov", 0.0, "maximize", 0.0);

  /** All parameters alike. */
  public SGD(Collection<Tensor> parameters, double lr) {
    this(List.of(new ParameterGroup(parameters)), lr);
  }

  /** Groups with options of their own. */
  public SGD(List<ParameterGroup> groups, double lr) {
    super(groups, DEFAULTS);
    setAll("lr", lr);
  }

  /** Share of the last step's direction that is kept; 0 unless set. */
  public SGD momentum(double value) {
    setAll("momentum", value);
    return this;
  }

  /** Share of the gradient left out of the direction; 0 unless set. */
  public SGD dampening(double value) {
    setAll("dampening", value);
    return this;
  }

  /** L2 penalty; 0 unless set. */
  public SGD weightDecay(double value) {
    setAll("weight_decay", value);
    return this;
  }

  /** Nesterov's momentum; needs a momentum and no dampening. */
  public SGD nesterov(boolean on) {
    setAll("nesterov", on ? 1 : 0);
    return this;
  }

  /** Goes up instead of down. */
  public SGD maximize(boolean on) {
    setAll("maximize", on ? 1 : 0);
    return this;
  }

  @Override
  void check(ParameterGroup g) {
    option(g, "lr", g.get("lr") >= 0, "0 or more");
    option(g, "momentum", g.get("momentum") >= 0, "0 or more");
    option(g, "weight_decay", g.get("weight_decay") >= 0, "0 or more");
    if (g.is("nesterov") && (g.get("momentum") <= 0 || g.get("dampening") != 0)) {
      throw new IllegalArgumentException(
          "SGD: nesterov needs a momentum over 0 and no dampening, got " + g.get("momentum") + " and "
              + g.get("dampening"));
    }
  }

  @Override
  void step(ParameterGroup g, Span run) {
    keptWhenReplayed(g, "momentum");
    boolean moving = g.get("momentum") != 0;
    SgdOptions options = new Options(g, run);
    run.first().backend().optim().sgd(
        options, run.count(), run.values(), run.gradients(), moving ? run.slot("momentum_buffer") : MemorySegment.NULL);
  }

  /** A group's options as the kernel asks for them, at the time it runs. */
  private record Options(ParameterGroup group, Span run) implements SgdOptions {

    @Override
    public double lr() {
      return group.get("lr");
    }

    @Override
    public double momentum() {
      return group.get("momentum");
    }

    @Override
    public double dampening() {
      return group.get("dampening");
    }

    @Override
    public double weightDecay() {
      return group.get("weight_decay");
    }

    @Override
    public boolean nesterov() {
      return group.is("nesterov");
    }

    @Override
    public boolean maximize() {
      return group.is("maximize");
    }

    @Override
    public boolean first() {
      return run.step() == 1;
    }
  }
}
