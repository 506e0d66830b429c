package org.chagres.bench.cli;

import java.util.Arrays;
import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Timing;
import org.chagres.bench.measure.Warmup;
import org.chagres.bench.memory.HeapPerRun;
import org.chagres.bench.memory.ResidentPeak;
import org.chagres.bench.network.CnnShapes;
import org.chagres.bench.network.CnnTraining;
import org.chagres.nn.tensor.Device;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Training steps of the case-study network. */
@CommandLine.Command(
    name = "train",
    description = "Times training steps of the case-study CNN.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class TrainJob implements Callable<Integer> {

  /** Steps on a GPU that are waited for together. */
  private static final int ROW = 20;

  private static final int HEAP_STEPS = 20;
  private static final int HEAP_IMAGES = 2;
  private static final double HEAP_SECONDS = 30;

  @Mixin private Common common;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images a step.") private int batch;

  @Option(names = "--steps", paramLabel = "N", defaultValue = "12",
      description = "Timed steps, after warm-up.") private int steps;

  @Option(names = "--mode", paramLabel = "MODE", defaultValue = "eager",
      description = "eager or replay (recorded once); heap_bytes is a replay's, with 2 images: it does not go by images.") private String mode;

  @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu",
      description = "cpu, cuda or cuda:N; on a GPU the row has what the host and the GPU spend on a step.") private String device;

  @Option(names = "--bf16",
      description = "Products and convolutions in bf16; on a GPU.") private boolean bf16;

  @Override
  public Integer call() {
    common.positive("--batch", batch);
    common.positive("--steps", steps);
    Device on = common.device(device);
    boolean isReplay = common.isReplay(mode);
    if (bf16 && !on.backend().queues()) {
      throw common.refuse("--bf16", "a GPU as --device", device);
    }
    if (on.backend().queues()) {
      common.rows().add(onGpu(on, isReplay));
      return 0;
    }
    int threads = common.workers().threads();
    CnnTraining training = new CnnTraining(batch);
    Runnable replay = training.steady();
    Runnable step = isReplay ? replay : training::step;
    double peak = common.peak();
    Timing t = Timing.of(step, common.warmup(Warmup.STEP), steps);
    CnnTraining few = new CnnTraining(HEAP_IMAGES);
    common.rows().add(new Row("train")
        .put("mode", mode)
        .put("batch", batch)
        .put("threads", threads)
        .put("ms_step", t.median() * 1e3, 2)
        .put("img_s", batch / t.median(), 1)
        .put("best_img_s", batch / t.best(), 1)
        .put("share_of_peak", CnnShapes.stepFlops(batch) / t.median() * 1e-9 / peak, 3)
        .put("peak_gflops", peak, 1)
        .put("heap_bytes", HeapPerRun.settled(few.steady(), HEAP_STEPS, common.seconds(HEAP_SECONDS)), 1)
        .put("rss_peak_mib", ResidentPeak.mebibytes().orElse(Double.NaN), 1));
    return 0;
  }

  /**
   * Steps in a row, waited for together: a step's time, and the host's share of it; of an eager step also the GPU's, for which a
   * replayed one stands, as the host hardly has a part in it.
   */
  private Row onGpu(Device on, boolean isReplay) {
    CnnTraining training = new CnnTraining(batch, on, bf16);
    int calls = training.calls();
    Runnable replay = training.steady();
    Runnable step = isReplay ? replay : training::step;
    Timing t = Timing.of(() -> repeat(step, training), common.warmup(Warmup.STEP), steps);
    double[] host = new double[steps];
    for (int i = 0; i < steps; i++) {
      training.finish(); // an empty queue takes a step without a wait
      long start = System.nanoTime();
      step.run();
      host[i] = (System.nanoTime() - start) * 1e-3;
    }
    training.finish();
    Arrays.sort(host);
    double median = t.median() / ROW;
    double hostMicros = host[steps / 2];
    Row row = new Row("train")
        .put("engine", "chagres")
        .put("mode", mode)
        .put("precision", bf16 ? "bf16" : "f32")
        .put("device", on.toString())
        .put("batch", batch)
        .put("ms_step", median * 1e3, 3)
        .put("img_s", batch / median, 0)
        .put("calls", calls)
        .put("host_us_step", hostMicros, 1)
        .put("host_us_op", hostMicros / calls, 2);
    if (!isReplay) {
      Timing replayed = Timing.of(() -> repeat(replay, training), common.warmup(Warmup.STEP), steps);
      row.put("gpu_busy", Math.min(1, replayed.median() / t.median()), 3);
    }
    return row;
  }

  private static void repeat(Runnable step, CnnTraining training) {
    for (int i = 0; i < ROW; i++) {
      step.run();
    }
    training.finish();
  }
}
