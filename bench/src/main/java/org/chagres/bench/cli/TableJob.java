package org.chagres.bench.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.table.Part;
import org.chagres.bench.table.TargetTable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** All targets in one sitting. */
@CommandLine.Command(
    name = "table",
    description = {
      "Measures all targets, ours and peers' in turn, and writes a dated table with a chart.",
      "Takes half an hour; exit code 1 if a target that was measured does not hold."
    },
    showDefaultValues = true,
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class TableJob implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--peers", paramLabel = "DIR",
      description = "Folder with setup.sh, which prints a Python with PyTorch, and torch_cnn.py; "
          + "without it ours run alone.") private Optional<Path> peers;

  @Option(names = "--jvm-peers", paramLabel = "DIR", defaultValue = "bench/target/peers",
      description = "Where mvn -Dfast -Pjvm-peers package has built other libraries of the JVM.") private Path jvm;

  @Option(names = "--only", paramLabel = "PART", split = ",",
      description = "Some parts: train, ops, infer, firststep, memory, starts, jvm.") private List<String> only =
          List.of();

  @Option(names = "--rounds", paramLabel = "N", defaultValue = "3",
      description = "How often both sides run.") private int rounds;

  @Option(names = "--quick",
      description = "A look in passing: one round, short warm-ups, few starts.") private boolean quick;

  @Option(names = "--out", paramLabel = "DIR", defaultValue = "bench/results",
      description = "Where the report goes.") private Path out;

  @Override
  public Integer call() {
    Common.positive(spec, "--rounds", rounds);
    Set<Part> parts = parts();
    PrintWriter console = spec.commandLine().getOut();
    TargetTable table = new TargetTable(parts, quick ? 1 : rounds, quick, Rows.json(console)::add).torch(peers);
    if (parts.contains(Part.JVM)) {
      table.jvm(jvm);
    }
    TargetTable.Result result = table.run(String.join(" ", spec.root().version()), out);
    console.println();
    Rows.aligned(console, result.lines());
    console.println("missed: " + result.missed() + ", not measured: " + result.unknown());
    console.println("report: " + result.page());
    console.flush();
    return result.missed() == 0 ? 0 : 1;
  }

  private Set<Part> parts() {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    for (String name : only) {
      parts.add(Arrays.stream(Part.values())
          .filter(p -> p.name().equalsIgnoreCase(name))
          .findFirst()
          .orElseThrow(() -> new CommandLine.ParameterException(
              spec.commandLine(), "--only: expected parts of the table, got " + name)));
    }
    return parts.isEmpty() ? EnumSet.allOf(Part.class) : parts;
  }
}
