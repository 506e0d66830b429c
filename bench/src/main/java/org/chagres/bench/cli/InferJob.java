package org.chagres.bench.cli;

import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Timing;
import org.chagres.bench.measure.Warmup;
import org.chagres.bench.memory.HeapPerRun;
import org.chagres.bench.network.CnnInference;
import org.chagres.bench.network.CnnShapes;
import org.chagres.nn.tensor.Device;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Forward passes of the case-study network in evaluation. */
@CommandLine.Command(
    name = "infer",
    description = "Times forward passes of the case-study CNN in evaluation.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class InferJob implements Callable<Integer> {

  private static final int FEW_IMAGES = 8;
  private static final int HEAP_RUNS = 20;

  @Mixin private Common common;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "1",
      description = "Images at a time.") private int batch;

  @Option(names = "--runs", paramLabel = "N", defaultValue = "0",
      description = "Timed runs, after warm-up; 0 for 300 with up to 7 images, else 40.") private int runs;

  @Option(names = "--mode", paramLabel = "MODE", defaultValue = "replay",
      description = "replay (recorded once) or eager.") private String mode;

  @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu",
      description = "cpu, cuda or cuda:N; a pass on a GPU is waited for.") private String device;

  @Override
  public Integer call() {
    common.positive("--batch", batch);
    int timed = runs == 0 ? batch < FEW_IMAGES ? 300 : 40 : common.positive("--runs", runs);
    int threads = common.workers().threads();
    Device on = common.device(device);
    CnnInference inference = new CnnInference(batch, on);
    Runnable pass = common.isReplay(mode) ? inference.steady() : inference::run;
    if (on.backend().queues()) {
      common.rows().add(onGpu(on, pass, inference, timed));
      return 0;
    }
    double peak = common.peak();
    Timing t = Timing.of(pass, common.warmup(Warmup.CALL), timed);
    common.rows().add(new Row("infer")
        .put("engine", common.isReplay(mode) ? "chagres" : "chagres eager")
        .put("batch", batch)
        .put("threads", threads)
        .put("p50_us", t.median() * 1e6, 1)
        .put("p99_us", t.p99() * 1e6, 1)
        .put("share_of_peak", CnnShapes.forwardFlops(batch) / t.median() * 1e-9 / peak, 3)
        .put("peak_gflops", peak, 1)
        .put("heap_bytes", HeapPerRun.bytes(pass, HEAP_RUNS), 1));
    return 0;
  }

  private Row onGpu(Device on, Runnable pass, CnnInference inference, int timed) {
    Timing t = Timing.of(() -> {
      pass.run();
      inference.finish();
    }, common.warmup(Warmup.CALL), timed);
    return new Row("infer")
        .put("engine", common.isReplay(mode) ? "chagres" : "chagres eager")
        .put("device", on.toString())
        .put("batch", batch)
        .put("p50_us", t.median() * 1e6, 1)
        .put("p99_us", t.p99() * 1e6, 1);
  }
}
