package org.chagres.train.optim;

import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.optim.AdamOptions;
import org.chagres.simd.optim.AdamState;

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019). */
public final class AdamW extends Optimizer {

  private static final Map<String, Double> DEFAULTS =
      Map.of("lr", 1e-3, "beta1", 0.9, "beta2", 0.999, "eps", 1e-8, "weight_decay", 0.01, "amsgrad", 0.0, "maximize",
          0.0);

  /** All parameters alike, with PyTorch's learning rate of 1e-3. */
  public AdamW(Collection<Tensor> parameters) {
    this(parameters, 1e-3);
  }

  /** All parameters alike. */
  public AdamW(Collection<Tensor> parameters, double lr) {
    this(List.of(new ParameterGroup(parameters)), lr);
  }

  /** Groups with options of their own. */
  public AdamW(List<ParameterGroup> groups, double lr) {
    super(groups, DEFAULTS);
    setAll("lr", lr);
  }

  /** Decay of the first and the second moment; 0.9 and 0.999 unless set. */
  public AdamW betas(double beta1, double beta2) {
    setAll("beta1", beta1);
    setAll("beta2", beta2);
    return this;
  }

  /** Added to the denominator; 1e-8 unless set. */
  public AdamW eps(double value) {
    setAll("eps", value);
    return this;
  }

  /** Weight decay; 0.01 unless set. */
  public AdamW weightDecay(double value) {
    setAll("weight_decay", value);
    return this;
  }

  /** The largest second moment so far instead of the latest (Reddi et al., 2018). */
  public AdamW amsgrad(boolean on) {
    setAll("amsgrad", on ? 1 : 0);
    return this;
  }

  /** Goes up instead of down. */
  public AdamW maximize(boolean on) {
    setAll("maximize", on ? 1 : 0);
    return this;
  }

  @Override
  String momentumOption() {
    return "beta1";
  }

  @Override
  void check(ParameterGroup g) {
    option(g, "lr", g.get("lr") >= 0, "0 or more");
    option(g, "beta1", g.get("beta1") >= 0 && g.get("beta1") < 1, "0 up to, not including, 1");
    option(g, "beta2", g.get("beta2") >= 0 && g.get("beta2") < 1, "0 up to, not including, 1");
    option(g, "eps", g.get("eps") >= 0, "0 or more");
    option(g, "weight_decay", g.get("weight_decay") >= 0, "0 or more");
  }

  @Override
  void step(ParameterGroup g, Span run) {
    keptWhenReplayed(g, "amsgrad");
    AdamOptions options = new AdamGroup(g, run, true);
    AdamState state = new AdamState(
        run.slot("exp_avg"), run.slot("exp_avg_sq"), g.is("amsgrad") ? run.slot("max_exp_avg_sq") : MemorySegment.NULL);
    run.first().backend().optim().adam(options, run.count(), run.values(), run.gradients(), state);
  }
}
