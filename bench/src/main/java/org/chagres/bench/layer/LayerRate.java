package org.chagres.bench.layer;

import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.FlopCount;
import org.chagres.bench.network.CnnShapes;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.MaxPool2d;
import org.chagres.nn.modules.Module;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.parallel.Workers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Layers of the case-study network in training, 32 images: alone, and as the block that they form there.
 *
 * <p>{@code ./chagres bench jmh LayerRate}: {@code block} against {@code conv} tells what normalisation and activation cost
 * beside the convolution; its GFLOP/s count the convolution alone.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class LayerRate {

  private static final int IMAGES = 32;
  private static final int CONVOLUTION = 3;

  @Param({"conv", "norm", "relu", "pool", "block", "linear"}) String layer;

  @Param("1") int threads;

  private Module module;
  private Tensor x;
  private Tensor dy;
  private long flops;

  /** For JMH. */
  public LayerRate() {}

  /** The layer, its input and its gradient. */
  @Setup(Level.Trial)
  public void prepare() {
    Workers.setShared(threads);
    Generator random = new Generator(1);
    boolean flat = layer.equals("linear");
    x = flat ? random.normal(0, 1, IMAGES, 2048) : random.normal(0, 1, IMAGES, 64, 16, 16);
    x.requiresGrad(true);
    module = switch (layer) {
      case "conv" -> conv();
      case "norm" -> new BatchNorm2d(64);
      case "relu" -> new ReLU();
      case "pool" -> new MaxPool2d(2);
      case "block" -> new Sequential(conv(), new BatchNorm2d(64), new ReLU());
      case "linear" -> new Linear(2048, 256);
      default -> throw new IllegalArgumentException("layer: got " + layer);
    };
    flops = switch (layer) {
      case "conv", "block" -> CnnShapes.convolution(CONVOLUTION, IMAGES).flops();
      case "linear" -> 2L * IMAGES * 2048 * 256;
      default -> 0;
    };
    dy = switch (layer) {
      case "pool" -> random.normal(0, 1, IMAGES, 64, 8, 8);
      case "linear" -> random.normal(0, 1, IMAGES, 256);
      default -> random.normal(0, 1, IMAGES, 64, 16, 16);
    };
    module.train();
  }

  private static Conv2d conv() {
    return new Conv2d(64, 64, 3).padding(1);
  }

  /** Forward with nothing recorded. */
  @Benchmark
  public void forward(FlopCount count) {
    try (Grad off = Grad.disabled();
        org.chagres.nn.tensor.Scope scope = org.chagres.nn.tensor.Scope.open()) {
      module.forward(x);
    }
    count.gflops += flops;
  }

  /** Forward and backward, to the input and all parameters. */
  @Benchmark
  public void forwardBackward(FlopCount count) {
    try (org.chagres.nn.tensor.Scope scope = org.chagres.nn.tensor.Scope.open()) {
      module.forward(x).backward(dy);
    }
    count.gflops += 3 * flops;
  }
}
