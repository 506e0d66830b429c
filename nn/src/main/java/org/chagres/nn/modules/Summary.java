package org.chagres.nn.modules;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;

/** A table of a network's layers for an input shape: output shapes, parameters, floating-point operations. */
public final class Summary {

  private static final ThreadLocal<Summary> WATCHING = new ThreadLocal<>();

  /**
   * A layer's row.
   *
   * @param path its key in the network
   * @param kind its class
   * @param shape of its result
   * @param parameters number of values
   * @param flops floating-point operations forward
   */
  public record Row(String path, String kind, int[] shape, long parameters, long flops) {}

  private final Map<Module, String> paths = new IdentityHashMap<>();
  private final List<Row> rows = new ArrayList<>();
  private final long parameters;
  private final long trainable;

  private Summary(Module module) {
    module.namedModules().forEach((path, m) -> paths.put(m, path));
    parameters = module.parameters().stream().mapToLong(Tensor::count).sum();
    trainable = module.parameters().stream().filter(Tensor::requiresGrad).mapToLong(Tensor::count).sum();
  }

  private static Device device(Module module) {
    return module.parameters().stream().findFirst().map(Tensor::device).orElse(Device.cpu());
  }

  /**
   * Runs the network once on zeros, in evaluation mode and without recording, and notes what each layer does.
   *
   * @param module the network
   * @param inputShape with the batch dimension
   */
  public static Summary of(Module module, int... inputShape) {
    Summary summary = new Summary(module);
    Map<Module, Boolean> modes = new IdentityHashMap<>();
    module.namedModules().values().forEach(m -> modes.put(m, m.isTraining()));
    Summary before = WATCHING.get();
    try (Grad off = Grad.disabled();
        Scope scope = Scope.open()) {
      module.eval();
      WATCHING.set(summary);
      module.forward(Tensor.zeros(inputShape).to(device(module)));
    } finally {
      WATCHING.set(before);
      modes.forEach(Module::setTraining);
    }
    return summary;
  }

  /** Whether a summary is being made on this thread: layers then run one by one. */
  static boolean isWatching() {
    return WATCHING.get() != null;
  }

  static void observe(Layer layer, Tensor x, Tensor y) {
    Summary s = WATCHING.get();
    if (s != null) {
      long own = layer.namedParameters().values().stream().mapToLong(Tensor::count).sum();
      s.rows.add(new Row(s.paths.getOrDefault(layer, ""), layer.kind(), y.shape(), own, layer.flops(x, y)));
    }
  }

  /** A row a layer, in the order of the calls. */
  public List<Row> rows() {
    return List.copyOf(rows);
  }

  /** Parameter values in all. */
  public long parameters() {
    return parameters;
  }

  /** Parameter values that are trained. */
  public long trainable() {
    return trainable;
  }

  /** Floating-point operations forward in all. */
  public long flops() {
    return rows.stream().mapToLong(Row::flops).sum();
  }

  /** The table. */
  @Override
  public String toString() {
    int width = rows.stream().mapToInt(r -> name(r).length()).max().orElse(5) + 2;
    String line = "%-" + Math.max(width, 10) + "s %-22s %12s %14s%n";
    StringBuilder out = new StringBuilder(String.format(Locale.ROOT, line, "layer", "output", "parameters", "MFLOP"));
    for (Row r : rows) {
      out.append(String.format(
          Locale.ROOT, line, name(r), java.util.Arrays.toString(r.shape),
          r.parameters == 0 ? "" : String.format(Locale.ROOT, "%,d", r.parameters),
          r.flops == 0 ? "" : String.format(Locale.ROOT, "%,.2f", r.flops / 1e6)));
    }
    return out.append(String.format(
        Locale.ROOT, "parameters: %,d (%,d trained), %,.1f MFLOP forward%n", parameters, trainable, flops() / 1e6))
        .toString();
  }

  private static String name(Row r) {
    return r.path.isEmpty() ? r.kind : r.path + " (" + r.kind + ")";
  }
}
