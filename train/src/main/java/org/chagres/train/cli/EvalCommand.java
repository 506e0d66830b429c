package org.chagres.train.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.Module;
import org.chagres.nn.tensor.Device;
import org.chagres.simd.parallel.Workers;
import org.chagres.train.data.DataLoader;
import org.chagres.train.loop.Evaluation;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a trained network on its test data. */
@CommandLine.Command(
    name = "eval",
    description = "Measures a trained network on its test images.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class EvalCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--run", paramLabel = "DIR",
      description = "Run folder; the latest below runs/ unless given.") private Path run;

  @Option(names = "--weights", paramLabel = "FILE",
      description = "Weights instead of the run's best.") private Path weights;

  @Option(names = "--data", paramLabel = "DIR",
      description = "Folder of the data set, if it has moved.") private Path data;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "250",
      description = "Images at a time.") private int batch;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
      description = "Threads that compute; 0 for the CPUs granted.") private int threads;

  @Option(names = Devices.OPTION, paramLabel = "NAME", defaultValue = "cpu",
      description = Devices.DESCRIPTION) private String device;

  @Override
  public Integer call() {
    UsageException.check(
        threads >= 0 && threads <= Workers.MOST_THREADS, "--threads", "0 to " + Workers.MOST_THREADS, threads);
    UsageException.check(batch >= 1, "--batch", "1 or more", batch);
    if (threads > 0) {
      Workers.setShared(threads);
    }
    Device on = Devices.of(device);
    RunFolder folder = run == null ? RunFolder.latest() : RunFolder.open(run);
    RunOptions options = folder.options();
    if (data != null) {
      options.with("data", data);
    }
    Data images = Data.open(options);
    List<String> classes = images.classes();
    Module model = Networks.model(options, images.shape(), classes.size());
    model.load(weights == null ? folder.weights() : weights);
    model.to(on);
    try (DataLoader loader = DataLoader.of(images.test(0)).batchSize(batch).workers(1).device(on).build()) {
      Evaluation e = Evaluation.of(model, new CrossEntropyLoss(), loader, classes.size());
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          Locale.ROOT, "%s: loss %.4f  accuracy %.2f %%  top-5 %.2f %%  (%,d images)%n", folder.path(), e.loss(),
          100 * e.accuracy(), 100 * e.topFive(), loader.dataset().size());
      int width = classes.stream().mapToInt(String::length).max().orElse(0);
      for (int c = 0; c < classes.size(); c++) {
        out.printf(
            Locale.ROOT, "  %-" + width + "s  precision %6.2f %%  recall %6.2f %%%n", classes.get(c),
            100 * e.confusion().precision(c), 100 * e.confusion().recall(c));
      }
      out.flush();
    }
    return 0;
  }
}
