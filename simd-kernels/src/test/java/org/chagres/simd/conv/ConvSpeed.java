package org.chagres.simd.conv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.Size;

/**
 * Measures each pass by shape: the best GFLOP/s, and the median share of the peak that a loop of multiply-adds in
 * registers reaches just before and after, on one thread, in time on a core. Arguments: how many rounds (default 7),
 * the most images (default as listed; few make the goes short, for a machine that others use too), names of shapes
 * (default all). Run with {@code -Dchagres.convolution=direct} to see the direct kernels where others are chosen.
 */
final class ConvSpeed {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static volatile float unusedSink;

  private record Sample(String name, ConvShape shape) {}

  private static final Sample[] SAMPLES = {
    new Sample("3-32@32", ConvShape.of(64, 3, 32, 32, 32, 3, 1, 1)),
    new Sample("32-32@32", ConvShape.of(64, 32, 32, 32, 32, 3, 1, 1)),
    new Sample("64-64@32", ConvShape.of(64, 64, 32, 32, 64, 3, 1, 1)),
    new Sample("32-64@16", ConvShape.of(64, 32, 16, 16, 64, 3, 1, 1)),
    new Sample("64-64@16", ConvShape.of(64, 64, 16, 16, 64, 3, 1, 1)),
    new Sample("128-128@16", ConvShape.of(64, 128, 16, 16, 128, 3, 1, 1)),
    new Sample("128-128@8", ConvShape.of(64, 128, 8, 8, 128, 3, 1, 1)),
    new Sample("256-256@8", ConvShape.of(64, 256, 8, 8, 256, 3, 1, 1)),
    new Sample("512-512@4", ConvShape.of(32, 512, 4, 4, 512, 3, 1, 1)),
    new Sample("1x64-64@56", ConvShape.of(1, 64, 56, 56, 64, 3, 1, 1)),
    new Sample("1x256-256@8", ConvShape.of(1, 256, 8, 8, 256, 3, 1, 1)),
    new Sample("64-128@32/2", ConvShape.of(32, 64, 32, 32, 128, 3, 2, 1)),
    new Sample("1x1:256-64@16", ConvShape.of(32, 256, 16, 16, 64, 1, 1, 0)),
    new Sample("7x7:3-64@112/2", ConvShape.of(2, 3, 224, 224, 64, 7, 2, 3)),
    new Sample("24-40@16", ConvShape.of(64, 24, 16, 16, 40, 3, 1, 1)),
    new Sample(
        "depthwise64@32",
        new ConvShape(32, 64, 32, 32, 64, Size.of(3), Size.of(1), Size.of(1), Size.of(1), 64)),
  };

  private ConvSpeed() {}

  /** Runs. */
  public static void main(String[] args) {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
    var names = Arrays.asList(args).subList(Math.min(2, args.length), args.length);
    int images = args.length > 1 ? Integer.parseInt(args[1]) : Integer.MAX_VALUE;
    System.out.printf("%-16s %14s %14s %14s %8s %14s%n", "", "forward", "data", "filter", "pack", "fwd+bwd");
    for (Sample sample : SAMPLES) {
      if (names.isEmpty() || names.contains(sample.name())) {
        measure(sample, rounds, images);
      }
    }
  }

  private static void measure(Sample sample, int rounds, int images) {
    Workers workers = Workers.of(1);
    ConvShape s = sample.shape().withImages(Math.min(images, sample.shape().n()));
    try (var arena = Arena.ofShared()) {
      var data = new ConvCase(s, arena, new Random(1), true);
      MemorySegment forward = arena.allocate(Conv.packedBytes(s, ConvPass.FORWARD), 64);
      MemorySegment backward = arena.allocate(Conv.packedBytes(s, ConvPass.BACKWARD_DATA), 64);
      MemorySegment y = arena.allocate(4 * s.yCount(), 64);
      MemorySegment dx = arena.allocate(4 * s.xCount(), 64);
      MemorySegment dw = arena.allocate(4 * s.wCount(), 64);
      MemorySegment db = arena.allocate(4L * s.k(), 64);
      Job[] jobs = {
        Conv.pack(s, ConvPass.FORWARD, data.w, forward),
        Conv.forward(s, data.x, forward, data.bias, y),
        Conv.pack(s, ConvPass.BACKWARD_DATA, data.w, backward),
        Conv.backwardData(s, data.dy, backward, dx),
        Conv.backwardFilter(s, data.x, data.dy, dw, db)
      };
      int repeats = (int) Math.clamp(5_000_000L / (s.flops() / 60), 1, 200);
      var best = new double[jobs.length];
      Arrays.fill(best, Double.MAX_VALUE);
      var shares = new double[jobs.length][rounds];
      for (int r = -3; r < rounds; r++) {
        for (int j = 0; j < jobs.length; j++) {
          double before = peak();
          long start = CpuTime.nanos();
          for (int i = 0; i < repeats; i++) {
            workers.run(jobs[j]);
          }
          double nanos = (CpuTime.nanos() - start) / (double) repeats;
          best[j] = Math.min(best[j], nanos);
          if (r >= 0) {
            shares[j][r] = s.flops() / nanos / ((before + peak()) / 2);
          }
        }
      }
      double flops = s.flops();
      double all = Arrays.stream(best).sum();
      System.out.printf(
          "%-16s %6.1f (%3.0f %%) %6.1f (%3.0f %%) %6.1f (%3.0f %%) %6.1f%% %6.1f%n",
          sample.name(), flops / best[1], median(shares[1]), flops / best[3], median(shares[3]), flops / best[4],
          median(shares[4]), 100 * (best[0] + best[2]) / all, 3 * flops / all);
    }
  }

  /** In percent. */
  private static double median(double[] shares) {
    double[] sorted = shares.clone();
    Arrays.sort(sorted);
    return 100 * sorted[sorted.length / 2];
  }

  /** GFLOP/s of multiply-adds in registers: the best of a few goes. */
  static double peak() {
    double best = 0;
    for (int i = 0; i < 3; i++) {
      int steps = 100_000;
      long start = CpuTime.nanos();
      unusedSink = multiplyAdds(steps);
      best = Math.max(best, 2.0 * 12 * Lanes.COUNT * steps / (CpuTime.nanos() - start));
    }
    return best;
  }

  private static float multiplyAdds(int steps) {
    FloatVector a = FloatVector.broadcast(S, 0.5f + unusedSink);
    FloatVector b = FloatVector.broadcast(S, 0.25f);
    FloatVector s0 = a;
    FloatVector s1 = a;
    FloatVector s2 = a;
    FloatVector s3 = a;
    FloatVector s4 = a;
    FloatVector s5 = a;
    FloatVector s6 = a;
    FloatVector s7 = a;
    FloatVector s8 = a;
    FloatVector s9 = a;
    FloatVector s10 = a;
    FloatVector s11 = a;
    for (int i = 0; i < steps; i++) {
      s0 = a.fma(b, s0);
      s1 = a.fma(b, s1);
      s2 = a.fma(b, s2);
      s3 = a.fma(b, s3);
      s4 = a.fma(b, s4);
      s5 = a.fma(b, s5);
      s6 = a.fma(b, s6);
      s7 = a.fma(b, s7);
      s8 = a.fma(b, s8);
      s9 = a.fma(b, s9);
      s10 = a.fma(b, s10);
      s11 = a.fma(b, s11);
    }
    FloatVector t = s0.add(s1).add(s2).add(s3).add(s4).add(s5);
    return t.add(s6).add(s7).add(s8).add(s9).add(s10).add(s11).lane(0);
  }
}
