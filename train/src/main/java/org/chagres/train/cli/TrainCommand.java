package org.chagres.train.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.chagres.nn.tensor.Device;
import org.chagres.simd.parallel.Workers;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a network on images and leaves a run folder. */
@CommandLine.Command(
    name = "train",
    description = "Trains a network; without options, the case-study CNN on the images that come with Chagres.",
    sortOptions = false,
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {

  /** What a shell reports for a process ended by Ctrl-C. */
  private static final int INTERRUPTED = 130;

  private static final int MOST_WORKERS = 1024;

  @Spec private CommandSpec spec;

  @Option(names = "--dataset", paramLabel = "NAME", defaultValue = "embedded",
      description = "embedded, fashion-mnist, mnist, cifar10, or folder (train/CLASS/*.png, test/CLASS/*.png).") private String dataset;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder that holds the data set.") private Path data;

  @Option(names = "--model", paramLabel = "NAME", defaultValue = "cnn",
      description = "cnn or mlp.") private String model;

  @Option(names = "--epochs", paramLabel = "N", defaultValue = "4",
      description = "Passes over the data.") private int epochs;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "64", description = "Images a step.") private int batch;

  @Option(names = "--lr", paramLabel = "X", defaultValue = "2e-3", description = "Learning rate.") private double lr;

  @Option(names = "--optimizer", paramLabel = "NAME", defaultValue = "adamw",
      description = "adamw, adam, sgd or rmsprop.") private String optimizer;

  @Option(names = "--weight-decay", paramLabel = "X",
      description = "Weight decay; the optimizer's own unless given.") private Double weightDecay;

  @Option(names = "--momentum", paramLabel = "X", defaultValue = "0.9",
      description = "Momentum of sgd and rmsprop.") private double momentum;

  @Option(names = "--schedule", paramLabel = "NAME", defaultValue = "cosine",
      description = "none, cosine, onecycle, step, exponential, linear or plateau.") private String schedule;

  @Option(names = "--augment", paramLabel = "LIST", showDefaultValue = CommandLine.Help.Visibility.NEVER,
      description = "Any of crop,flip,erase, or none; unless given, crop,flip for cifar10 and folder, else none.") private String augment;

  @Option(names = "--label-smoothing", paramLabel = "X", defaultValue = "0",
      description = "Label smoothing, 0 to 1.") private double labelSmoothing;

  @Option(names = "--clip-norm", paramLabel = "X", defaultValue = "0",
      description = "Limit of the gradients' norm; 0 for none.") private double clipNorm;

  @Option(names = "--accumulate", paramLabel = "N", defaultValue = "1",
      description = "Batches an optimizer step.") private int accumulate;

  @Option(names = "--patience", paramLabel = "N", defaultValue = "0",
      description = "Stop after N epochs without a better test accuracy; 0 for never.") private int patience;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "0",
      description = "Train on the first N images alone; 0 for all.") private int limit;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
      description = "Seed of weights, order, augmentation, dropout.") private long seed;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
      description = "Threads that compute; 0 for the CPUs granted.") private int threads;

  @Option(names = "--workers", paramLabel = "N", defaultValue = "1",
      description = "Threads that decode; 0 for none beside the loop.") private int workers;

  @Option(names = "--pin-memory",
      description = "Lock the loader's memory, where the system allows it.") private boolean pinMemory;

  @Option(names = "--resident",
      description = "Keep the images on the GPU as bytes and cut them there: the same numbers.") private boolean resident;

  @Option(names = "--replay",
      description = "Record a step once and replay it: the same numbers, no garbage.") private boolean replay;

  @Option(names = "--no-fusion",
      description = "Run each layer alone, for comparison; results differ in the last digits.") private boolean noFusion;

  @Option(names = "--bf16",
      description = "Round the factors of products and convolutions to bf16; on a GPU.") private boolean bf16;

  @Option(names = Devices.OPTION, paramLabel = "NAME", defaultValue = "cpu",
      description = Devices.DESCRIPTION) private String device;

  @Option(names = "--checkpoint-every", paramLabel = "N", defaultValue = "100",
      description = "Steps between checkpoints within an epoch; 0 for one an epoch.") private long checkpointEvery;

  @Option(names = "--out", paramLabel = "DIR",
      description = "Run folder; a new one below runs/ unless given.") private Path out;

  @Option(names = "--resume", paramLabel = "DIR",
      description = "Go on with a run; what it is made of is taken from its folder, other options but threads, workers,"
          + " pin-memory, resident, replay, device and checkpoint-every are refused.") private Path resume;

  @Override
  public Integer call() {
    PrintWriter screen = spec.commandLine().getOut();
    RunFolder folder;
    RunOptions options;
    if (resume != null) {
      refuseOthers();
      folder = RunFolder.open(resume);
      options = folder.options();
    } else {
      options = new RunOptions(chosen());
      folder = null;
    }
    Machine machine = new Machine(
        threads, workers, pinMemory, resident, replay, Devices.of(device), checkpointEvery);
    if (options.isBf16() && machine.device().equals(Device.cpu())) {
      throw new UsageException("--bf16: only a GPU has it; choose one with --device cuda, got --device " + device);
    }
    try (TrainingRun run = new TrainingRun(options, machine, screen)) {
      if (folder == null) {
        folder = RunFolder.create(out == null ? fresh() : out);
        folder.write(options);
      }
      return switch (run.train(folder, resume != null)) {
        case DONE, EARLY -> 0;
        case STOPPED -> INTERRUPTED;
      };
    }
  }

  /** What does not change a result. */
  record Machine(
      int threads, int workers, boolean pinMemory, boolean resident, boolean replay, Device device,
      long checkpointEvery) {

    Machine {
      UsageException.check(
          threads >= 0 && threads <= Workers.MOST_THREADS, "--threads", "0 to " + Workers.MOST_THREADS, threads);
      UsageException.check(workers >= 0 && workers <= MOST_WORKERS, "--workers", "0 to " + MOST_WORKERS, workers);
      UsageException.check(checkpointEvery >= 0, "--checkpoint-every", "0 or more", checkpointEvery);
      UsageException.check(!resident || !device.equals(Device.cpu()), "--resident", "a GPU as --device", device);
    }
  }

  private Map<String, String> chosen() {
    UsageException.check(epochs >= 1, "--epochs", "1 or more", epochs);
    UsageException.check(batch >= 1, "--batch", "1 or more", batch);
    UsageException.check(limit >= 0, "--limit", "0 or more", limit);
    UsageException.check(lr >= 0 && Double.isFinite(lr), "--lr", "0 or more", lr);
    UsageException.check(
        weightDecay == null || weightDecay >= 0 && Double.isFinite(weightDecay), "--weight-decay", "0 or more",
        weightDecay);
    UsageException.check(momentum >= 0 && momentum < 1, "--momentum", "0 to below 1", momentum);
    UsageException.check(labelSmoothing >= 0 && labelSmoothing <= 1, "--label-smoothing", "0 to 1", labelSmoothing);
    UsageException.check(clipNorm >= 0, "--clip-norm", "0 or more", clipNorm);
    UsageException.check(accumulate >= 1, "--accumulate", "1 or more", accumulate);
    UsageException.check(patience >= 0, "--patience", "0 or more", patience);
    Data.Name name = Data.Name.of(dataset);
    Map<String, String> o = new TreeMap<>();
    o.put("dataset", name.toString());
    if (data != null) {
      o.put("data", data.toAbsolutePath().normalize().toString());
    }
    o.put("model", model);
    o.put("epochs", Integer.toString(epochs));
    o.put("batch", Integer.toString(batch));
    o.put("lr", Double.toString(lr));
    o.put("optimizer", optimizer);
    if (weightDecay != null) {
      o.put("weight-decay", weightDecay.toString());
    }
    o.put("momentum", Double.toString(momentum));
    o.put("schedule", schedule);
    o.put("augment", augment == null ? Data.usualAugment(name) : augment);
    o.put("label-smoothing", Double.toString(labelSmoothing));
    o.put("clip-norm", Double.toString(clipNorm));
    o.put("accumulate", Integer.toString(accumulate));
    o.put("patience", Integer.toString(patience));
    o.put("limit", Integer.toString(limit));
    o.put("seed", Long.toString(seed));
    o.put("fusion", Boolean.toString(!noFusion));
    o.put(RunOptions.BF16, Boolean.toString(bf16));
    return o;
  }

  private void refuseOthers() {
    List<String> allowed =
        List.of("--resume", "--threads", "--workers", "--pin-memory", "--resident", "--replay", "--device",
            "--checkpoint-every");
    for (CommandLine.Model.OptionSpec given : spec.commandLine().getParseResult().matchedOptions()) {
      if (!allowed.contains(given.longestName())) {
        throw new UsageException(
            given.longestName() + ": a resumed run keeps what it was started with; leave it out");
      }
    }
  }

  /** runs/DATASET-MODEL-TIME, not there yet. */
  private Path fresh() {
    String name =
        dataset + "-" + model + "-" + LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
    Path folder = RunFolder.RUNS.resolve(name);
    for (int i = 2; Files.exists(folder); i++) {
      folder = RunFolder.RUNS.resolve(name + "-" + i);
    }
    return folder;
  }
}
