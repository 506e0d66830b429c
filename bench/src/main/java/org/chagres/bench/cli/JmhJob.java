package org.chagres.bench.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.chagres.bench.jmh.Suite;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.process.FreshJvm;
import org.chagres.bench.process.Output;
import org.chagres.bench.report.Report;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** JMH over the benchmarks of this module. */
@CommandLine.Command(
    name = "jmh",
    description = {
      "Runs JMH's benchmarks from loops to the network, as shares of the peak.",
      "Each in a fork with this JVM's flags: time, GFLOP/s beside the FMA peak of the same JVM, GB/s, and bytes on the "
          + "heap a run. Without a name all of them, which takes half an hour."
    },
    showDefaultValues = true,
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class JmhJob implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", arity = "0..*",
      description = "Regular expressions of benchmarks' names.") private List<String> names = List.of();

  @Option(names = "-p", paramLabel = "PARAMETER=VALUES",
      description = "Values of a parameter, with commas between.") private Map<String, String> parameters =
          new LinkedHashMap<>();

  @Option(names = "--quick", description = "One short iteration each.") private boolean quick;

  @Option(names = "--out", paramLabel = "DIR", defaultValue = "bench/results",
      description = "Where the report goes.") private Path out;

  @Override
  public Integer call() {
    if (FreshJvm.named()) {
      return Output.passOn(FreshJvm.onClassPath(
          "org.chagres.train.cli.Main", spec.root().commandLine().getParseResult().originalArgs()));
    }
    List<Row> rows = Suite.run(names, parameters, quick);
    PrintWriter console = spec.commandLine().getOut();
    console.println();
    Rows.aligned(console, rows);
    Report report = new Report(quick ? "jmh-quick" : "jmh", String.join(" ", spec.root().version()))
        .fact("benchmarks", names.isEmpty() ? "all" : String.join(" ", names))
        .say("A share is of `peak_gflops`, the FMA peak of as many threads, measured in the same JVM; it can exceed 1 "
            + "where an algorithm saves multiplications.")
        .table("jmh", rows);
    console.println("report: " + report.write(out));
    console.flush();
    return 0;
  }
}
