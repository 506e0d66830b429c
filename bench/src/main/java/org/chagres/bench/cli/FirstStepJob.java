package org.chagres.bench.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.chagres.bench.firststep.FirstStep;
import org.chagres.bench.measure.Rows;
import org.chagres.simd.parallel.Workers;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How soon a fresh JVM trains. */
@CommandLine.Command(
    name = "firststep",
    description = "Starts JVMs that train, and times their first step and when they reach 90 %% of full speed.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class FirstStepJob implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
      description = "Threads that compute; 0 for the CPUs granted.") private int threads;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images a step.") private int batch;

  @Option(names = "--count", paramLabel = "N", defaultValue = "3", description = "JVMs to start.") private int count;

  @Option(names = "--seconds", paramLabel = "S", defaultValue = "20",
      description = "Seconds of training after the first step.") private int seconds;

  @Option(names = "--json", description = "One JSON object a line instead of a table.") private boolean json;

  @Override
  public Integer call() {
    Common.positive(spec, "--batch", batch);
    Common.positive(spec, "--count", count);
    Common.positive(spec, "--seconds", seconds);
    PrintWriter out = spec.commandLine().getOut();
    Rows rows = json ? Rows.json(out) : Rows.table(out);
    int workers = threads == 0 ? Workers.shared().threads() : Common.positive(spec, "--threads", threads);
    for (int i = 0; i < count; i++) {
      rows.add(FirstStep.run(workers, batch, seconds));
    }
    return 0;
  }
}
