package org.chagres.train.optim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.tensor.FlatBlock;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;

/**
 * Changes parameters by their gradients. The parameters of a group are moved into one flat block, so that a step is one kernel call
 * for each run of neighbours that have a gradient; parameters without one are left alone, as in PyTorch.
 */
public abstract class Optimizer implements RateControlled {

  private static final String INITIAL_LR = "initial_lr";

  private final List<ParameterGroup> groups;
  private final List<State> states = new ArrayList<>();

  /** What a group has gathered: a flat block per slot, laid out as the parameters, and the steps of each parameter. */
  private static final class State {
    final long[] offsets;
    final long[] steps;
    final Map<String, Tensor> slots = new LinkedHashMap<>();

    State(List<Tensor> parameters) {
      offsets = new long[parameters.size() + 1];
      steps = new long[parameters.size()];
      for (int i = 0; i < parameters.size(); i++) {
        offsets[i + 1] = offsets[i] + FlatBlock.padded(parameters.get(i).count());
      }
    }
  }

  /**
   * For subclasses: fills in the groups' options.
   *
   * @param groups parameters with options of their own
   * @param defaults every option the method has
   * @throws IllegalArgumentException if there are no parameters, one is named twice, or an option is unknown
   */
  protected Optimizer(List<ParameterGroup> groups, Map<String, Double> defaults) {
    this.groups = List.copyOf(groups);
    Map<Tensor, Boolean> seen = new IdentityHashMap<>();
    for (ParameterGroup g : groups) {
      for (Tensor p : g.parameters()) {
        if (seen.put(p, true) != null) {
          throw new IllegalArgumentException(
              kind() + ": a parameter " + Arrays.toString(p.shape()) + " is given twice");
        }
        if (!p.isDense()) {
          throw new IllegalArgumentException(
              kind() + ": a parameter " + Arrays.toString(p.shape()) + " is a view that is not dense; copy() it");
        }
        if (!p.isLeaf()) {
          throw new IllegalArgumentException(
              kind() + ": " + Arrays.toString(p.shape()) + " is the result of an op; only leaves can be optimized");
        }
      }
      for (String option : g.options().keySet()) {
        if (!defaults.containsKey(option) && !option.equals(INITIAL_LR)) {
          throw new IllegalArgumentException(kind() + ": unknown option " + option + "; it has " + defaults.keySet());
        }
      }
      g.fill(defaults);
      check(g);
    }
    if (seen.isEmpty()) {
      throw new IllegalArgumentException(kind() + ": expected at least one parameter, got none");
    }
    for (ParameterGroup g : groups) {
      FlatBlock.gather(g.parameters());
      states.add(new State(g.parameters()));
    }
  }

  /** Its class's simple name. */
  public final String kind() {
    return getClass().getSimpleName();
  }

  /** The groups. */
  public final List<ParameterGroup> parameterGroups() {
    return groups;
  }

  /** Every parameter of every group. */
  public final List<Tensor> parameters() {
    return groups.stream().flatMap(g -> g.parameters().stream()).toList();
  }

  /** Forgets the gradients. */
  public final void zeroGrad() {
    for (ParameterGroup g : groups) {
      for (Tensor p : g.parameters()) {
        p.clearGrad();
      }
    }
  }

  /** Changes every parameter that has a gradient. */
  public final void step() {
    try (Grad off = Grad.disabled()) {
      for (int g = 0; g < groups.size(); g++) {
        List<Tensor> parameters = groups.get(g).parameters();
        State state = states.get(g);
        for (int[] run : FlatBlock.runs(parameters)) {
          int from = run[0];
          while (from < run[1]) {
            int to = from + 1;
            while (to < run[1] && state.steps[to] == state.steps[from]) {
              to++;
            }
            Span span = new Span(state, parameters, from, to);
            step(groups.get(g), span);
            Recorder.host(span::taken);
            from = to;
          }
        }
      }
    }
  }

  /** One run of parameters that is stepped together. */
  protected static final class Span {
    private final State state;
    private final List<Tensor> parameters;
    private final int from;
    private final int to;

    private Span(State state, List<Tensor> parameters, int from, int to) {
      this.state = state;
      this.parameters = parameters;
      this.from = from;
      this.to = to;
    }

    /** Values, padding between parameters counted. */
    long count() {
      return state.offsets[to - 1] + parameters.get(to - 1).count() - state.offsets[from];
    }

    /** The step that this is, from 1. */
    long step() {
      return state.steps[from] + 1;
    }

    /** Counts the step. */
    private void taken() {
      for (int i = from; i < to; i++) {
        state.steps[i]++;
        parameters.get(i).changed();
      }
    }

    Tensor first() {
      return parameters.get(from);
    }

    MemorySegment values() {
      return first().data();
    }

    MemorySegment gradients() {
      return first().grad().data();
    }

    /** This run's part of a slot, zeros at first. */
    MemorySegment slot(String name) {
      Tensor all = state.slots.computeIfAbsent(name, n -> zeros(state, parameters));
      if (!all.device().equals(first().device())) {
        throw new IllegalStateException(
            "optimizer: parameter " + Arrays.toString(first().shape()) + " was moved to " + first().device()
                + " after a step on " + all.device() + "; make the optimizer after model.to(device)");
      }
      return all.data().asSlice(state.offsets[from] * 4);
    }
  }

  private static Tensor zeros(State state, List<Tensor> parameters) {
    try (Scope none = Scope.suspend()) {
      int size = Math.toIntExact(state.offsets[state.offsets.length - 1]);
      return Tensor.full(parameters.getFirst().device(), DType.F32, 0, size);
    }
  }

  /** An option that decides which buffers a kernel has: a step recorded with it on or off is right for that alone. */
  static void keptWhenReplayed(ParameterGroup group, String option) {
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      boolean on = group.is(option);
      recorder.uses(new Object(), () -> group.is(option) == on);
    }
  }

  /** Does the step of a run. */
  abstract void step(ParameterGroup options, Span run);

  /** Checks a group's options. */
  abstract void check(ParameterGroup group);

  /** An error that names the option and its value, unless it is right. */
  final void option(ParameterGroup group, String name, boolean right, String expected) {
    if (!right) {
      throw new IllegalArgumentException(kind() + ": " + name + ": expected " + expected + ", got " + group.get(name));
    }
  }

  // ---- State ------------------------------------------------------------------------------------------------------------

  /**
   * Everything a resumed run needs.
   *
   * @param tensors by {@code group.parameter.slot}, in the parameters' shapes; share the optimizer's memory
   * @param steps of each parameter, by {@code group.parameter}
   * @param options of each group
   */
  public record Snapshot(Map<String, Tensor> tensors, Map<String, Long> steps, List<Map<String, Double>> options) {}

  /** The state as it is now. */
  public final Snapshot state() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, Long> steps = new LinkedHashMap<>();
    List<Map<String, Double>> options = new ArrayList<>();
    for (int g = 0; g < groups.size(); g++) {
      State s = states.get(g);
      for (int i = 0; i < s.steps.length; i++) {
        String key = g + "." + i;
        steps.put(key, s.steps[i]);
        int at = i;
        Tensor p = groups.get(g).parameters().get(i);
        s.slots.forEach((slot, all) -> tensors.put(key + "." + slot, part(s, all, at, p)));
      }
      options.add(new TreeMap<>(groups.get(g).options()));
    }
    return new Snapshot(tensors, steps, options);
  }

  private static Tensor part(State s, Tensor all, int i, Tensor p) {
    try (Grad off = Grad.disabled()) {
      int start = Math.toIntExact(s.offsets[i]);
      return all.slice(0, start, Math.toIntExact(start + p.count())).reshape(p.shape());
    }
  }

  /**
   * Goes on from a state.
   *
   * @throws IllegalArgumentException if it is of other groups or parameters; nothing is changed then
   */
  public final void load(Snapshot snapshot) {
    if (snapshot.options.size() != groups.size()) {
      throw new IllegalArgumentException(
          kind() + ": the state has " + snapshot.options.size() + " groups, expected " + groups.size());
    }
    for (int g = 0; g < groups.size(); g++) {
      Set<String> own = optionNames(groups.get(g).options());
      Set<String> given = optionNames(snapshot.options.get(g));
      if (!own.equals(given)) {
        throw new IllegalArgumentException(
            kind() + ": the state is of another optimizer: its options are " + given + ", expected " + own);
      }
      for (int i = 0; i < groups.get(g).parameters().size(); i++) {
        if (!snapshot.steps.containsKey(g + "." + i)) {
          throw new IllegalArgumentException(kind() + ": the state lacks parameter " + i + " of group " + g);
        }
      }
    }
    snapshot.tensors.forEach((key, t) -> {
      Tensor p = parameter(key.split("\\.", 3), key);
      if (!Arrays.equals(p.shape(), t.shape())) {
        throw new IllegalArgumentException(
            kind() + ": state " + key + ": expected shape " + Arrays.toString(p.shape()) + ", got "
                + Arrays.toString(t.shape()));
      }
    });
    try (Grad off = Grad.disabled()) {
      for (State s : states) {
        s.slots.clear();
      }
      snapshot.tensors.forEach((key, t) -> {
        String[] parts = key.split("\\.", 3);
        int g = Integer.parseInt(parts[0]);
        int i = Integer.parseInt(parts[1]);
        State s = states.get(g);
        List<Tensor> parameters = groups.get(g).parameters();
        Tensor all = s.slots.computeIfAbsent(parts[2], n -> zeros(s, parameters));
        part(s, all, i, parameters.get(i)).copyFrom(t);
      });
    }
    for (int g = 0; g < groups.size(); g++) {
      State s = states.get(g);
      for (int i = 0; i < s.steps.length; i++) {
        s.steps[i] = snapshot.steps.get(g + "." + i);
      }
      groups.get(g).options().putAll(snapshot.options.get(g));
    }
  }

  private static Set<String> optionNames(Map<String, Double> options) {
    Set<String> names = new TreeSet<>(options.keySet());
    names.remove(INITIAL_LR);
    return names;
  }

  /** The parameter that a state's key names. */
  private Tensor parameter(String[] parts, String key) {
    try {
      Objects.checkIndex(2, parts.length);
      return groups.get(Integer.parseInt(parts[0])).parameters().get(Integer.parseInt(parts[1]));
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          kind() + ": state " + key + ": expected group.parameter.slot with a parameter of this optimizer", e);
    }
  }

  // ---- For schedules ----------------------------------------------------------------------------------------------------

  @Override
  public final int groups() {
    return groups.size();
  }

  @Override
  public final double lr(int group) {
    return groups.get(group).get("lr");
  }

  @Override
  public final void lr(int group, double value) {
    groups.get(group).set("lr", value);
  }

  @Override
  public final OptionalDouble initialLr(int group) {
    Double value = groups.get(group).options().get(INITIAL_LR);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  @Override
  public final void initialLr(int group, double value) {
    groups.get(group).set(INITIAL_LR, value);
  }

  /** The option that schedules treat as the momentum. */
  String momentumOption() {
    return "momentum";
  }

  @Override
  public final boolean hasMomentum() {
    return groups.getFirst().options().containsKey(momentumOption()) && groups.getFirst().get(momentumOption()) != 0;
  }

  @Override
  public final double momentum(int group) {
    checkMomentum();
    return groups.get(group).get(momentumOption());
  }

  @Override
  public final void momentum(int group, double value) {
    checkMomentum();
    groups.get(group).set(momentumOption(), value);
  }

  private void checkMomentum() {
    if (!hasMomentum()) {
      throw new UnsupportedOperationException(kind() + " has no momentum");
    }
  }

  /** Sets an option of every group, for the chained options of a subclass. */
  final void setAll(String option, double value) {
    for (ParameterGroup g : groups) {
      if (!g.own().contains(option)) {
        g.set(option, value);
      }
      check(g);
    }
  }
}
