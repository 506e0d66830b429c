package org.chagres.bench.cli;

import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Timing;
import org.chagres.bench.measure.Warmup;
import org.chagres.bench.memory.HeapPerRun;
import org.chagres.bench.memory.ResidentPeak;
import org.chagres.bench.network.CnnShapes;
import org.chagres.bench.network.CnnTraining;
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

  private static final int HEAP_STEPS = 20;
  private static final int HEAP_IMAGES = 2;
  private static final double HEAP_SECONDS = 30;

  @Mixin private Common common;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images a step.") private int batch;

  @Option(names = "--steps", paramLabel = "N", defaultValue = "12",
      description = "Timed steps, after warm-up.") private int steps;

  @Option(names = "--mode", paramLabel = "MODE", defaultValue = "eager",
      description = "eager or replay (recorded once); heap_bytes is a replay's, with 2 images: it does not go by images.") private String mode;

  @Override
  public Integer call() {
    common.positive("--batch", batch);
    common.positive("--steps", steps);
    int threads = common.workers().threads();
    CnnTraining training = new CnnTraining(batch);
    Runnable replay = training.steady();
    Runnable step = common.isReplay(mode) ? replay : training::step;
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
}
