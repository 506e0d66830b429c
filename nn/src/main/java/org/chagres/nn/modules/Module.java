package org.chagres.nn.modules;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.state.StateException;
import org.chagres.nn.state.StateFiles;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tensor;

/**
 * Base of all networks: what holds parameters, buffers and other modules, and maps a tensor to a tensor.
 *
 * <p>Registration is explicit: {@link #register} for modules, {@link #parameter} and {@link #buffer} for tensors; the names become
 * the keys of the state dict, as PyTorch's do.
 */
public abstract class Module {

  private static final AtomicInteger STRUCTURE = new AtomicInteger();

  private final Map<String, Module> children = new LinkedHashMap<>();
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();
  private Module parent;
  private String name = "";
  private boolean training = true;

  /** For subclasses. */
  protected Module() {}

  /** Computes the result. */
  public abstract Tensor forward(Tensor x);

  /**
   * The modules whose forward, one after another, is this module's: so that a {@link Sequential} that holds it can run neighbours
   * together ({@link Sequential#fusion}). Itself unless overridden; a module that does nothing but call a {@code Sequential} of its
   * own gives that one's chain. It must not change, but for what is registered later.
   */
  public List<Module> chain() {
    return List.of(this);
  }

  /** Tells a recorder, if there is one, that the step is right for the mode this module is in. */
  final void tellMode() {
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      boolean training = isTraining();
      recorder.uses(this, () -> isTraining() == training);
    }
  }

  /** Notes that what was worked out from the tree of modules is to be worked out anew. */
  static void restructured() {
    STRUCTURE.incrementAndGet();
  }

  /** Changes whenever any module anywhere is registered. */
  static int structure() {
    return STRUCTURE.get();
  }

  // ---- Registration -----------------------------------------------------------------------------------------------------

  /**
   * Adds a module under a name.
   *
   * @return the module
   * @throws IllegalArgumentException if the name is taken, empty or has a dot
   */
  protected final <M extends Module> M register(String childName, M module) {
    checkName(childName);
    if (module.namedModules().containsValue(this)) {
      throw new IllegalArgumentException("module " + childName + ": a module cannot hold itself");
    }
    children.put(childName, module);
    Module child = module;
    child.parent = this;
    child.name = childName;
    restructured();
    return module;
  }

  /** Adds a parameter under a name; it requires a gradient from now on. */
  protected final Tensor parameter(String parameterName, Tensor value) {
    checkName(parameterName);
    parameters.put(parameterName, value.requiresGrad(true));
    return value;
  }

  /** Adds a tensor that is saved with the state but not trained. */
  protected final Tensor buffer(String bufferName, Tensor value) {
    checkName(bufferName);
    buffers.put(bufferName, value);
    return value;
  }

  /** Puts another tensor in a parameter's place. */
  final Tensor replaceParameter(String parameterName, Tensor value) {
    parameters.put(parameterName, value.requiresGrad(true));
    return value;
  }

  final void removeParameter(String parameterName) {
    parameters.remove(parameterName);
  }

  final void removeBuffer(String bufferName) {
    buffers.remove(bufferName);
  }

  private void checkName(String key) {
    if (key.isEmpty() || key.indexOf('.') >= 0) {
      throw new IllegalArgumentException("name: expected one without dots and not empty, got \"" + key + "\"");
    }
    if (children.containsKey(key) || parameters.containsKey(key) || buffers.containsKey(key)) {
      throw new IllegalArgumentException("name: \"" + key + "\" is taken in " + kind());
    }
  }

  // ---- What it holds ----------------------------------------------------------------------------------------------------

  /** Its class's simple name. */
  public String kind() {
    return getClass().getSimpleName();
  }

  /** Where it stands in the network: {@code features.2.block.0 (Conv2d)}. */
  public final String path() {
    StringBuilder path = new StringBuilder();
    for (Module m = this; m.parent != null; m = m.parent) {
      path.insert(0, path.isEmpty() ? m.name : m.name + ".");
    }
    return path.isEmpty() ? kind() : path + " (" + kind() + ")";
  }

  /** The modules it holds directly, by name. */
  public final Map<String, Module> children() {
    return Collections.unmodifiableMap(children);
  }

  /** Itself ("") and every module below, by path. */
  public final Map<String, Module> namedModules() {
    Map<String, Module> all = new LinkedHashMap<>();
    walk("", (path, m) -> all.put(path.isEmpty() ? "" : path.substring(0, path.length() - 1), m));
    return all;
  }

  /** Every parameter by its key, its own first, then its children's; a shared one once. */
  public final Map<String, Tensor> namedParameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    Map<Tensor, Boolean> seen = new java.util.IdentityHashMap<>();
    walk("", (path, m) -> m.parameters.forEach((key, t) -> {
      if (seen.put(t, true) == null) {
        all.put(path + key, t);
      }
    }));
    return all;
  }

  /** Every parameter; a shared one once. */
  public final List<Tensor> parameters() {
    return new ArrayList<>(namedParameters().values());
  }

  /** Every buffer by its key. */
  public final Map<String, Tensor> namedBuffers() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    walk("", (path, m) -> m.buffers.forEach((key, t) -> all.put(path + key, t)));
    return all;
  }

  private interface Visit {
    void at(String prefix, Module module);
  }

  private void walk(String prefix, Visit visit) {
    visit.at(prefix, this);
    children.forEach((key, child) -> child.walk(prefix + key + ".", visit));
  }

  // ---- Modes ------------------------------------------------------------------------------------------------------------

  /** Training mode, here and below. */
  public final Module train() {
    return train(true);
  }

  /** Evaluation mode, here and below. */
  public final Module eval() {
    return train(false);
  }

  /** Training mode on or off, here and below. */
  public final Module train(boolean on) {
    walk("", (path, m) -> m.training = on);
    return this;
  }

  /** This module's mode alone. */
  final void setTraining(boolean on) {
    training = on;
  }

  /** Whether it is in training mode. */
  public final boolean isTraining() {
    return training;
  }

  /** Freezes (false) or unfreezes every parameter. */
  public final Module requiresGrad(boolean on) {
    namedParameters().values().forEach(t -> t.requiresGrad(on));
    return this;
  }

  /** Forgets every parameter's gradient. */
  public final void zeroGrad() {
    namedParameters().values().forEach(Tensor::clearGrad);
  }

  /** Does something with itself and every module below, those below first. */
  public final Module apply(Consumer<Module> action) {
    children.values().forEach(child -> child.apply(action));
    action.accept(this);
    return this;
  }

  /** Moves every parameter and buffer. */
  public final Module to(Device device) {
    walk("", (path, m) -> {
      m.parameters.values().forEach(t -> t.moveTo(device));
      m.buffers.values().forEach(t -> t.moveTo(device));
    });
    return this;
  }

  // ---- State ------------------------------------------------------------------------------------------------------------

  /** Every parameter and buffer by its key, as PyTorch's; the tensors share the module's memory. */
  public final Map<String, Tensor> stateDict() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    walk("", (path, m) -> {
      m.parameters.forEach((key, t) -> all.put(path + key, t.detach()));
      m.buffers.forEach((key, t) -> all.put(path + key, t.detach()));
    });
    return all;
  }

  /** Keys that a state lacked or had too many. */
  public record Mismatch(List<String> missing, List<String> unexpected) {}

  /** As {@link #loadStateDict(Map, boolean)}, strictly. */
  public final Mismatch loadStateDict(Map<String, Tensor> state) {
    return loadStateDict(state, true);
  }

  /**
   * Copies values into the parameters and buffers. Nothing is changed if anything does not fit.
   *
   * @param state by key
   * @param strict whether keys must match exactly
   * @return the keys that did not match
   * @throws IllegalArgumentException naming missing and unexpected keys (if strict) and every tensor whose shape differs
   */
  public final Mismatch loadStateDict(Map<String, Tensor> state, boolean strict) {
    Map<String, Tensor> own = stateDict();
    List<String> missing = own.keySet().stream().filter(k -> !state.containsKey(k)).toList();
    List<String> unexpected = state.keySet().stream().filter(k -> !own.containsKey(k)).toList();
    List<String> errors = new ArrayList<>();
    if (strict && !missing.isEmpty()) {
      errors.add("missing keys: " + String.join(", ", missing));
    }
    if (strict && !unexpected.isEmpty()) {
      errors.add("unexpected keys: " + String.join(", ", unexpected));
    }
    own.forEach((key, t) -> {
      Tensor from = state.get(key);
      if (from != null && !java.util.Arrays.equals(from.shape(), t.shape())) {
        errors.add(key + ": expected shape " + java.util.Arrays.toString(t.shape()) + ", got "
            + java.util.Arrays.toString(from.shape()));
      } else if (from != null && from.dtype().isFloat() != t.dtype().isFloat()) {
        errors.add(key + ": expected " + t.dtype() + ", got " + from.dtype());
      }
    });
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException("state for " + kind() + " does not fit: " + String.join("; ", errors));
    }
    try (Grad off = Grad.disabled()) {
      walk("", (path, m) -> {
        m.parameters.forEach((key, t) -> load(t, state.get(path + key)));
        m.buffers.forEach((key, t) -> load(t, state.get(path + key)));
      });
    }
    return new Mismatch(missing, unexpected);
  }

  private static void load(Tensor target, Tensor from) {
    if (from != null) {
      target.copyFrom(from.to(target.dtype()).to(target.device()));
    }
  }

  /** Writes the state dict as safetensors, beside and renamed over. */
  public final void save(Path file) {
    StateFiles.save(file, stateDict(), Map.of());
  }

  /**
   * Loads a state dict from safetensors, strictly.
   *
   * @throws StateException if the file cannot be read, or does not fit; nothing is changed then
   */
  public final Mismatch load(Path file) {
    try {
      return loadStateDict(StateFiles.load(file), true);
    } catch (IllegalArgumentException e) {
      throw new StateException(file, e.getMessage());
    }
  }

  /** A table of layers, shapes, parameters and operations for an input shape, batch dimension included. */
  public final Summary summary(int... inputShape) {
    return Summary.of(this, inputShape);
  }

  // ---- Text -------------------------------------------------------------------------------------------------------------

  /** Options as they stand in {@link #toString}; empty if none. */
  protected String options() {
    return "";
  }

  /** The tree of modules, as PyTorch prints it. */
  @Override
  public final String toString() {
    if (children.isEmpty()) {
      return kind() + "(" + options() + ")";
    }
    StringBuilder out = new StringBuilder(kind()).append("(\n");
    children.forEach((key, child) -> out.append("  (").append(key).append("): ")
        .append(child.toString().replace("\n", "\n  ")).append('\n'));
    return out.append(')').toString();
  }
}
