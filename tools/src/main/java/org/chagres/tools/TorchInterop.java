package org.chagres.tools;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.Module;
import org.chagres.nn.state.StateException;
import org.chagres.nn.state.StateFiles;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.cli.Command;
import org.chagres.train.model.Cnn;
import org.chagres.train.optim.AdamW;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * One half of the proof that weights go from here to PyTorch and back; the other is {@code tools/torch_interop.py}, which runs
 * both. The network is the case-study CNN after a few steps, so that no running statistic is what it began as.
 *
 * <p>{@code export} writes {@code chagres.weights.safetensors} (the state dict) and {@code chagres.case.safetensors} (an
 * {@code input} (N, 3, 32, 32) and the {@code logits} (N, 10) in evaluation mode). {@code check} loads {@code
 * torch.weights.safetensors}, strictly, and compares with {@code torch.case.safetensors}.
 */
@CommandLine.Command(
    name = "interop",
    description = "Exchanges weights with PyTorch; tools/torch_interop.py runs it.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
public final class TorchInterop implements Command {

  private static final int STEPS = 3;
  private static final int BATCH = 16;
  private static final int CLASSES = 10;

  /** What is asked for. */
  enum Action {
    EXPORT,
    CHECK
  }

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "export|check",
      description = "Write for PyTorch, or read what it wrote.") private Action action;

  @Parameters(index = "1", paramLabel = "DIR", description = "Folder of the files.") private Path folder;

  @Option(names = "--tolerance", paramLabel = "X", defaultValue = "1e-4",
      description = "Largest difference of a logit.") private double tolerance;

  /** For picocli and the service loader. */
  public TorchInterop() {}

  /** Runs it without the rest of the command line. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new TorchInterop()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    int code = switch (action) {
      case EXPORT -> export(out);
      case CHECK -> check(out);
    };
    out.flush();
    return code;
  }

  private int export(PrintWriter out) {
    Generator.manualSeed(2026);
    Cnn model = new Cnn();
    AdamW optimizer = new AdamW(model.parameters(), 1e-3);
    CrossEntropyLoss criterion = new CrossEntropyLoss();
    for (int step = 0; step < STEPS; step++) {
      try (Scope scope = Scope.open()) {
        optimizer.zeroGrad();
        Tensor target = Tensor.randint(0, CLASSES, BATCH);
        criterion.forward(model.forward(Tensor.randn(BATCH, 3, 32, 32)), target).backward();
        optimizer.step();
      }
    }
    model.save(folder.resolve("chagres.weights.safetensors"));
    try (Scope scope = Scope.open()) {
      Tensor input = Tensor.randn(BATCH, 3, 32, 32);
      Map<String, Tensor> files = new TreeMap<>(Map.of("input", input, "logits", logits(model, input)));
      StateFiles.save(folder.resolve("chagres.case.safetensors"), files, Map.of());
    }
    out.printf("wrote %d tensors and the logits of %d images%n", model.stateDict().size(), BATCH);
    return 0;
  }

  private int check(PrintWriter out) {
    Cnn model = new Cnn();
    model.load(folder.resolve("torch.weights.safetensors"));
    Path file = folder.resolve("torch.case.safetensors");
    Map<String, Tensor> files = StateFiles.load(file);
    for (String key : List.of("input", "logits")) {
      if (!files.containsKey(key)) {
        throw new StateException(file, "lacks the tensor " + key);
      }
    }
    double difference;
    try (Scope scope = Scope.open()) {
      Tensor logits = logits(model, files.get("input").copy().channelsLast());
      try (Grad off = Grad.disabled()) {
        difference = logits.sub(files.get("logits")).abs().max().item();
      }
    }
    boolean close = difference < tolerance;
    out.printf(
        Locale.ROOT, "PyTorch's weights in Chagres: largest difference %.2e, %s %.0e%n", difference,
        close ? "under" : "not under", tolerance);
    return close ? 0 : 1;
  }

  private static Tensor logits(Module model, Tensor input) {
    model.eval();
    try (Grad off = Grad.disabled()) {
      return model.forward(input);
    }
  }
}
