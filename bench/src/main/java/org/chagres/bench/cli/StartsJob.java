package org.chagres.bench.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.starts.FreshStarts;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Counts the fresh JVMs in which a kernel stays slow. */
@CommandLine.Command(
    name = "starts",
    description = "Starts JVMs with default flags and a busy compiler; exit code 1 if a kernel ends slow in any.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class StartsJob implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--count", paramLabel = "N", defaultValue = "20", description = "JVMs to start.") private int count;

  @Option(names = "--busy", paramLabel = "MS", defaultValue = "2000",
      description = "Milliseconds of kernels with a busy compiler.") private int busy;

  @Option(names = "--calm", paramLabel = "MS", defaultValue = "2000",
      description = "Milliseconds of kernels after that, at least; more until the compiler rests.") private int calm;

  @Option(names = "--json", description = "One JSON object a line instead of a table.") private boolean json;

  @Override
  public Integer call() {
    Common.positive(spec, "--count", count);
    Common.positive(spec, "--busy", busy);
    Common.positive(spec, "--calm", calm);
    PrintWriter out = spec.commandLine().getOut();
    Rows rows = json ? Rows.json(out) : Rows.table(out);
    FreshStarts starts = FreshStarts.run(count, busy, calm, rows::add);
    for (String kernel : starts.rates().keySet()) {
      rows.add(new Row("kernel")
          .put("starts", count)
          .put("slow", starts.slow(kernel))
          .put("best", starts.best(kernel), 4)
          .put("worst_of_best", starts.worst(kernel) / starts.best(kernel), 2)
          .put("name", kernel));
    }
    int slow = starts.slow();
    rows.add(new Row("starts").put("starts", count).put("slow", slow).put("result", slow == 0 ? "passed" : "failed"));
    return slow == 0 ? 0 : 1;
  }
}
