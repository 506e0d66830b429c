package org.chagres.bench.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Warmup;
import org.chagres.bench.memory.Footprint;
import org.chagres.bench.network.CnnTraining;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Training steps after warm-up must ask neither the heap nor the system for memory to speak of. */
@CommandLine.Command(
    name = "memory",
    description = "Watches heap, resident memory and pool over training steps; exit code 1 if any grows.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class MemoryJob implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private Common common;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "32", description = "Images a step.") private int batch;

  @Option(names = "--steps", paramLabel = "N", defaultValue = "2000",
      description = "Steps that are watched, after warm-up.") private int steps;

  @Option(names = "--settle", paramLabel = "N", defaultValue = "1000",
      description = "Further steps between the first steady ones and those watched: the JVM compiles its rarer methods"
          + " until then.") private int settle;

  @Override
  public Integer call() {
    common.positive("--batch", batch);
    common.positive("--steps", steps);
    common.positive("--settle", settle);
    int threads = common.workers().threads();
    CnnTraining training = new CnnTraining(batch);
    common.warmup(Warmup.STEP).run(training::step);
    Footprint f = Footprint.of(training::step, settle, steps);
    List<String> failures = f.failures();
    Row row = new Row("memory").put("batch", batch).put("threads", threads).put("steps", steps);
    row.put("heap_bytes_step", f.heapBytesPerStep());
    f.residentBefore().ifPresent(b -> row.put("resident_before", b));
    f.residentAfter().ifPresent(b -> row.put("resident_after", b));
    row.put("pool_live", f.pool().liveBytes())
        .put("pool_peak", f.pool().peakLiveBytes())
        .put("pool_pooled", f.pool().pooledBytes())
        .put("system_calls", f.systemCalls())
        .put("result", failures.isEmpty() ? "passed" : "failed");
    common.rows().add(row);
    PrintWriter err = spec.commandLine().getErr();
    failures.forEach(failure -> err.println("failed: " + failure));
    err.flush();
    return failures.isEmpty() ? 0 : 1;
  }
}
