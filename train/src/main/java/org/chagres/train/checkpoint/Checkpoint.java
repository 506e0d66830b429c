package org.chagres.train.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.chagres.nn.modules.Module;
import org.chagres.nn.state.SafetensorsFile;
import org.chagres.nn.state.StateException;
import org.chagres.nn.state.StateFiles;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.LoaderState;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.schedule.Scheduler;

/**
 * A run as it stands between two steps. Tensors are {@code model.*} with PyTorch's keys and {@code optimizer.group.parameter.slot};
 * all else is in the metadata. A run restored from it ends with the same bits as one never interrupted.
 */
public final class Checkpoint {

  private static final String FORMAT = "chagres-checkpoint-1";

  private Checkpoint() {}

  /** What is saved and restored together. */
  public record Run(Module model, Optimizer optimizer, Optional<Scheduler> scheduler, DataLoader loader) {}

  /**
   * Writes a checkpoint, beside and renamed over.
   *
   * @throws StateException if it cannot be written; the one before stays
   */
  public static void save(Path file, Run run, Progress progress, Map<String, String> configuration) {
    try (Scope scope = Scope.open();
        Grad off = Grad.disabled()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      run.model.stateDict().forEach((key, t) -> tensors.put("model." + key, onHost(t)));
      Optimizer.Snapshot state = run.optimizer.state();
      state.tensors().forEach((key, t) -> tensors.put("optimizer." + key, onHost(t)));
      Map<String, String> meta = new TreeMap<>();
      meta.put("format", FORMAT);
      configuration.forEach((key, v) -> meta.put("config." + key, v));
      progress.texts().forEach((key, v) -> meta.put("progress." + key, v));
      meta.put("optimizer.kind", run.optimizer.kind());
      state.steps().forEach((key, v) -> meta.put("optimizer.step." + key, Long.toString(v)));
      for (int g = 0; g < state.options().size(); g++) {
        int group = g;
        state.options().get(g)
            .forEach((key, v) -> meta.put("optimizer.option." + group + "." + key, Double.toString(v)));
      }
      run.scheduler.ifPresent(s -> s.state().forEach((key, v) -> meta.put("scheduler." + key, Double.toString(v))));
      LoaderState at = run.loader.state();
      meta.put("loader.seed", Long.toString(at.seed()));
      meta.put("loader.epoch", Long.toString(at.epoch()));
      meta.put("loader.batch", Long.toString(at.batch()));
      Generator.State random = Generator.standard().get();
      meta.put("generator.seed", Long.toString(random.seed()));
      meta.put("generator.offset", Long.toString(random.offset()));
      meta.put(Checksum.KEY, Checksum.of(tensors, meta));
      StateFiles.save(file, tensors, meta);
    }
  }

  private static Tensor onHost(Tensor t) {
    return t.to(Device.cpu()).contiguous();
  }

  /** The configuration that a checkpoint was saved with. */
  public static Map<String, String> configuration(Path file) {
    return under(open(file).metadata(), "config.");
  }

  /**
   * Restores a run; the loader goes on where it stood.
   *
   * @return how far it had come
   * @throws StateException if the file is no sound checkpoint, or of another run
   */
  public static Progress restore(Path file, Run run) {
    SafetensorsFile f = open(file);
    Map<String, String> meta = f.metadata();
    try {
      Map<String, Tensor> tensors = StateFiles.tensors(f);
      String sum = Checksum.of(tensors, meta);
      if (!sum.equals(meta.get(Checksum.KEY))) {
        throw new StateException(file, "is corrupt: its content has the checksum " + sum + ", it was written with "
            + meta.get(Checksum.KEY));
      }
      Progress progress = Progress.of(under(meta, "progress."));
      if (!run.optimizer.kind().equals(meta.get("optimizer.kind"))) {
        throw new IllegalArgumentException(
            "it was trained by " + meta.get("optimizer.kind") + ", the run has " + run.optimizer.kind());
      }
      Map<String, Long> steps = new LinkedHashMap<>();
      under(meta, "optimizer.step.").forEach((key, v) -> steps.put(key, Long.valueOf(v)));
      List<Map<String, Double>> options = new ArrayList<>();
      for (int g = 0; !under(meta, "optimizer.option." + g + ".").isEmpty(); g++) {
        options.add(doubles(under(meta, "optimizer.option." + g + ".")));
      }
      LoaderState at = new LoaderState(
          number(meta, "loader.seed"), number(meta, "loader.epoch"), number(meta, "loader.batch"));
      Generator.State random = new Generator.State(number(meta, "generator.seed"), number(meta, "generator.offset"));
      run.model.loadStateDict(under(tensors, "model."));
      run.optimizer.load(new Optimizer.Snapshot(under(tensors, "optimizer."), steps, options));
      run.scheduler.ifPresent(s -> s.load(doubles(under(meta, "scheduler."))));
      run.loader.restore(at);
      Generator.standard().set(random);
      return progress;
    } catch (IllegalArgumentException | NullPointerException e) {
      throw new StateException(file, "not a checkpoint of this run: " + e.getMessage());
    }
  }

  private static SafetensorsFile open(Path file) {
    SafetensorsFile f = SafetensorsFile.open(file);
    if (!FORMAT.equals(f.metadata().get("format"))) {
      throw new StateException(file, "not a checkpoint: metadata \"format\" is " + f.metadata().get("format")
          + ", expected " + FORMAT);
    }
    return f;
  }

  private static long number(Map<String, String> meta, String key) {
    String v = meta.get(key);
    if (v == null) {
      throw new IllegalArgumentException("metadata lacks " + key);
    }
    return Long.parseLong(v);
  }

  private static Map<String, Double> doubles(Map<String, String> texts) {
    Map<String, Double> out = new TreeMap<>();
    texts.forEach((key, v) -> out.put(key, Double.valueOf(v)));
    return out;
  }

  private static <V> Map<String, V> under(Map<String, V> all, String prefix) {
    Map<String, V> out = new LinkedHashMap<>();
    all.forEach((key, v) -> {
      if (key.startsWith(prefix)) {
        out.put(key.substring(prefix.length()), v);
      }
    });
    return out;
  }
}
