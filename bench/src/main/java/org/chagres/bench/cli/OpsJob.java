package org.chagres.bench.cli;

import java.util.concurrent.Callable;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.measure.Timing;
import org.chagres.bench.measure.Warmup;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.ConvShape;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Matrix products and 3×3 convolutions, called as a user calls them. */
@CommandLine.Command(
    name = "ops",
    description = "Times matrix products and 3x3 convolutions.",
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
final class OpsJob implements Callable<Integer> {

  private static final int[] SIDES = {64, 256, 512, 1024, 2048};

  /** Images, channels in, side, channels out. */
  private static final int[][] CONVOLUTIONS =
      {{64, 3, 32, 32}, {64, 32, 32, 32}, {64, 64, 32, 64}, {64, 128, 16, 128}, {64, 256, 8, 256}, {1, 64, 56, 64}};

  /** What all rows share. */
  record Setting(int threads, double peak, Warmup warmup) {}

  @Mixin private Common common;

  @Option(names = "--largest", paramLabel = "N", defaultValue = "2048",
      description = "Leaves out larger matrices.") private int largest;

  @Option(names = "--batch", paramLabel = "N", defaultValue = "64",
      description = "Images of the convolutions but the last, which takes one.") private int batch;

  @Override
  public Integer call() {
    common.positive("--largest", largest);
    common.positive("--batch", batch);
    int threads = common.workers().threads();
    Setting setting = new Setting(threads, common.peak(), common.warmup(Warmup.CALL));
    Rows rows = common.rows();
    for (int n : SIDES) {
      if (n <= largest) {
        rows.add(product(n, setting));
      }
    }
    for (int[] s : CONVOLUTIONS) {
      int images = s[0] == 1 ? 1 : batch;
      rows.add(convolution(ConvShape.of(images, s[1], s[2], s[2], s[3], 3, 1, 1), setting));
    }
    return 0;
  }

  static Row product(int n, Setting in) {
    Generator random = new Generator(1);
    Tensor x = random.normal(0, 1, n, n);
    Tensor y = random.normal(0, 1, n, n);
    Timing t = Timing.of(() -> product(x, y), in.warmup, 15);
    x.free();
    y.free();
    double gflops = 2.0 * n * n * n / t.median() * 1e-9;
    return new Row("sgemm")
        .put("n", n)
        .put("threads", in.threads)
        .put("gflops", gflops, 1)
        .put("share_of_peak", gflops / in.peak, 3)
        .put("peak_gflops", in.peak, 1);
  }

  private static void product(Tensor x, Tensor y) {
    try (Scope scope = Scope.open()) {
      x.matmul(y);
    }
  }

  static Row convolution(ConvShape s, Setting in) {
    Generator random = new Generator(1);
    Conv2d layer = new Conv2d(s.c(), s.k(), 3).padding(1);
    Tensor x = random.normal(0, 1, s.n(), s.c(), s.h(), s.w()).requiresGrad(true);
    Tensor dy = random.normal(0, 1, s.n(), s.k(), s.outH(), s.outW());
    Timing forward = Timing.of(() -> forward(layer, x), in.warmup, 15);
    Timing both = Timing.of(() -> forwardBackward(layer, x, dy), in.warmup, 10);
    x.clearGrad();
    x.free();
    dy.free();
    double gflops = s.flops() / forward.median() * 1e-9;
    double bothGflops = 3.0 * s.flops() / both.median() * 1e-9;
    return new Row("conv3x3")
        .put("N", s.n())
        .put("C", s.c())
        .put("H", s.h())
        .put("K", s.k())
        .put("layout", "channels_last")
        .put("threads", in.threads)
        .put("fwd_gflops", gflops, 1)
        .put("fwd_bwd_gflops", bothGflops, 1)
        .put("share_of_peak", gflops / in.peak, 3)
        .put("fwd_bwd_share_of_peak", bothGflops / in.peak, 3)
        .put("peak_gflops", in.peak, 1);
  }

  private static void forward(Conv2d layer, Tensor x) {
    try (Grad off = Grad.disabled();
        Scope scope = Scope.open()) {
      layer.forward(x);
    }
  }

  private static void forwardBackward(Conv2d layer, Tensor x, Tensor dy) {
    try (Scope scope = Scope.open()) {
      layer.forward(x).backward(dy);
    }
  }
}
