package org.chagres.train.optim;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.optim.RmsPropOptions;
import org.chagres.simd.optim.RmsPropState;

/** RMSprop (Hinton, 2012), centered too (Graves, 2013), by PyTorch's formulas. */
public final class RMSprop extends Optimizer {

  private static final Map<String, Double> DEFAULTS = Map.of(
      "lr", 1e-2, "alpha", 0.99, "eps", 1e-8, "weight_decay", 0.0, "momentum", 0.0, "centered", 0.0, "maximize", 0.0);

  /** All parameters alike, with PyTorch's learning rate of 1e-2. */
  public RMSprop(Collection<Tensor> parameters) {
    this(parameters, 1e-2);
  }

  /** All parameters alike. */
  public RMSprop(Collection<Tensor> parameters, double lr) {
    this(List.of(new ParameterGroup(parameters)), lr);
  }

  /** Groups with options of their own. */
  public RMSprop(List<ParameterGroup> groups, double lr) {
    super(groups, DEFAULTS);
    setAll("lr", lr);
  }

  /** Decay of the mean square; 0.99 unless set. */
  public RMSprop alpha(double value) {
    setAll("alpha", value);
    return this;
  }

  /** Added to the denominator; 1e-8 unless set. */
  public RMSprop eps(double value) {
    setAll("eps", value);
    return this;
  }

  /** L2 penalty; 0 unless set. */
  public RMSprop weightDecay(double value) {
    setAll("weight_decay", value);
    return this;
  }

  /** Share of the last step's direction that is kept; 0 unless set. */
  public RMSprop momentum(double value) {
    setAll("momentum", value);
    return this;
  }

  /** Whether the mean gradient is taken out of the mean square. */
  public RMSprop centered(boolean on) {
    setAll("centered", on ? 1 : 0);
    return this;
  }

  /** Goes up instead of down. */
  public RMSprop maximize(boolean on) {
    setAll("maximize", on ? 1 : 0);
    return this;
  }

  @Override
  void check(ParameterGroup g) {
    option(g, "lr", g.get("lr") >= 0, "0 or more");
    option(g, "alpha", g.get("alpha") >= 0, "0 or more");
    option(g, "eps", g.get("eps") >= 0, "0 or more");
    option(g, "weight_decay", g.get("weight_decay") >= 0, "0 or more");
    option(g, "momentum", g.get("momentum") >= 0, "0 or more");
  }

  @Override
  void step(ParameterGroup g, Span run) {
    keptWhenReplayed(g, "momentum");
    keptWhenReplayed(g, "centered");
    RmsPropOptions options = new Options(g);
    RmsPropState state = new RmsPropState(
        run.slot("square_avg"),
        g.get("momentum") != 0 ? run.slot("momentum_buffer") : MemorySegment.NULL,
        g.is("centered") ? run.slot("grad_avg") : MemorySegment.NULL);
    run.first().backend().optim().rmsProp(options, run.count(), run.values(), run.gradients(), state);
  }

  /** A group's options as the kernel asks for them, at the time it runs. */
  private record Options(ParameterGroup group) implements RmsPropOptions {

    @Override
    public double lr() {
      return group.get("lr");
    }

    @Override
    public double alpha() {
      return group.get("alpha");
    }

    @Override
    public double eps() {
      return group.get("eps");
    }

    @Override
    public double weightDecay() {
      return group.get("weight_decay");
    }

    @Override
    public double momentum() {
      return group.get("momentum");
    }

    @Override
    public boolean centered() {
      return group.is("centered");
    }

    @Override
    public boolean maximize() {
      return group.is("maximize");
    }
  }
}
