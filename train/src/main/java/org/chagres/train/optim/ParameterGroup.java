package org.chagres.train.optim;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.chagres.nn.tensor.Tensor;

/**
 * Parameters that share options, as in PyTorch's {@code [{"params": ..., "lr": 1e-4}, ...]}. Options have PyTorch's names ({@code
 * lr}, {@code weight_decay}, {@code momentum}, ...); flags are 1 or 0; what is not set comes from the optimizer.
 */
public final class ParameterGroup {

  private final List<Tensor> parameters;
  private final Map<String, Double> options = new TreeMap<>();
  private Set<String> own = Set.of();

  /** A group of parameters. */
  public ParameterGroup(Collection<Tensor> parameters) {
    this.parameters = List.copyOf(parameters);
  }

  /** The parameters. */
  public List<Tensor> parameters() {
    return parameters;
  }

  /** Learning rate of this group. */
  public ParameterGroup lr(double value) {
    return set("lr", value);
  }

  /** Weight decay of this group. */
  public ParameterGroup weightDecay(double value) {
    return set("weight_decay", value);
  }

  /** Momentum of this group. */
  public ParameterGroup momentum(double value) {
    return set("momentum", value);
  }

  /** Sets an option by PyTorch's name. */
  public ParameterGroup set(String option, double value) {
    options.put(option, value);
    return this;
  }

  /** The options set, by name. */
  public Map<String, Double> options() {
    return options;
  }

  /** Takes an optimizer's defaults for what was not set here. */
  void fill(Map<String, Double> defaults) {
    own = Set.copyOf(options.keySet());
    defaults.forEach(options::putIfAbsent);
  }

  /** The options that were set for this group itself. */
  Set<String> own() {
    return own;
  }

  double get(String option) {
    Double value = options.get(option);
    if (value == null) {
      throw new IllegalArgumentException("option " + option + ": this optimizer has none; it has " + options.keySet());
    }
    return value;
  }

  boolean is(String option) {
    return get(option) != 0;
  }
}
