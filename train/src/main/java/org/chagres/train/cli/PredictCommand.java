package org.chagres.train.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.chagres.nn.modules.Module;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.train.data.Batch;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.source.ImageFiles;
import org.chagres.train.data.transform.ImageDataset;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Names what is on pictures. */
@CommandLine.Command(
    name = "predict",
    description = "Prints the likeliest classes of image files, with probabilities.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "JPEG, PNG or BMP files.") private List<Path> images;

  @Option(names = "--run", paramLabel = "DIR",
      description = "Run folder; the latest below runs/ unless given.") private Path run;

  @Option(names = "--top", paramLabel = "N", defaultValue = "3",
      description = "Classes to print for an image.") private int top;

  @Option(names = Devices.OPTION, paramLabel = "NAME", defaultValue = "cpu",
      description = Devices.DESCRIPTION) private String device;

  @Override
  public Integer call() {
    UsageException.check(top >= 1, "--top", "1 or more", top);
    Device on = Devices.of(device);
    RunFolder folder = run == null ? RunFolder.latest() : RunFolder.open(run);
    RunOptions options = folder.options();
    Data.Description seen = Data.describe(options);
    Module model = Networks.model(options, seen.shape(), seen.classes().size());
    model.load(folder.weights());
    model.to(on);
    model.eval();
    ImageDataset files = ImageFiles.of(images, seen.shape()).transform(Data.normalize(options));
    PrintWriter out = spec.commandLine().getOut();
    try (DataLoader loader = DataLoader.of(files).device(on).build();
        Grad off = Grad.disabled()) {
      for (Batch batch : loader) {
        try (Scope scope = Scope.open()) {
          float[] p = model.forward(batch.inputs()).softmax(1).toFloats();
          print(out, images.get((int) batch.index()), p, seen.classes());
        }
      }
    }
    out.flush();
    return 0;
  }

  private void print(PrintWriter out, Path image, float[] p, List<String> classes) {
    out.println(image);
    IntStream.range(0, p.length)
        .boxed()
        .sorted((a, b) -> Float.compare(p[b], p[a]))
        .limit(top)
        .forEach(c -> out.printf(Locale.ROOT, "  %6.2f %%  %s%n", 100 * p[c], classes.get(c)));
  }
}
