package org.chagres.bench.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Warmup;
import org.chagres.bench.memory.Footprint;
import org.chagres.bench.network.CnnTraining;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Memory;
import org.chagres.simd.memory.Stats;
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

  @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu",
      description = "cpu, cuda or cuda:N; of a GPU its pool is watched too.") private String device;

  @Override
  public Integer call() {
    common.positive("--batch", batch);
    common.positive("--steps", steps);
    common.positive("--settle", settle);
    int threads = common.workers().threads();
    Device on = common.device(device);
    if (on.backend().queues()) {
      return onGpu(on);
    }
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
    return tell(row, failures);
  }

  /** The heap is not limited: an eager step makes an object for each call of the device. */
  private int onGpu(Device on) {
    CnnTraining training = new CnnTraining(batch, on, false);
    for (int i = 0; i < settle; i++) {
      training.step();
    }
    training.finish();
    Stats before = Memory.stats(on);
    Footprint f = Footprint.of(training::step, 1, steps);
    training.finish();
    Stats after = Memory.stats(on);
    List<String> failures = new ArrayList<>(f.leaks());
    if (after.liveBytes() > before.liveBytes()) {
      failures.add(on + ": live bytes: expected " + before.liveBytes() + " as before, got " + after.liveBytes());
    }
    if (after.reservedBytes() > before.reservedBytes()) {
      failures.add(on + ": reserved bytes: expected " + before.reservedBytes() + " as before, got "
          + after.reservedBytes());
    }
    Row row = new Row("memory").put("device", on.toString()).put("batch", batch).put("steps", steps);
    row.put("heap_bytes_step", f.heapBytesPerStep());
    f.residentBefore().ifPresent(b -> row.put("resident_before", b));
    f.residentAfter().ifPresent(b -> row.put("resident_after", b));
    row.put("gpu_live_before", before.liveBytes()).put("gpu_live_after", after.liveBytes())
        .put("gpu_reserved_before", before.reservedBytes()).put("gpu_reserved_after", after.reservedBytes())
        .put("result", failures.isEmpty() ? "passed" : "failed");
    return tell(row, failures);
  }

  private int tell(Row row, List<String> failures) {
    common.rows().add(row);
    PrintWriter err = spec.commandLine().getErr();
    failures.forEach(failure -> err.println("failed: " + failure));
    err.flush();
    return failures.isEmpty() ? 0 : 1;
  }
}
