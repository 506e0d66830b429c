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
 * Measures each pass by shape: GFLOP/s, and the share of the peak that a loop of multiply-adds in registers reaches in the same
 * run. Arguments: how many rounds (default 7), then names of shapes (default all).
 */
final class ConvSpeed {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static volatile float sink;

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
    var names = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
    peak();
    System.out.printf("%-16s %14s %14s %14s %8s %14s%n", "", "forward", "data", "filter", "pack", "fwd+bwd");
    for (Sample sample : SAMPLES) {
      if (names.isEmpty() || names.contains(sample.name())) {
        measure(sample, rounds);
      }
    }
  }

  private static void measure(Sample sample, int rounds) {
    ConvShape s = sample.shape();
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
      var best = new double[jobs.length];
      Arrays.fill(best, Double.MAX_VALUE);
      double peak = 0;
      int repeats = (int) Math.clamp(40_000_000L / (s.flops() / 60), 1, 200);
      for (int r = 0; r < rounds + 3; r++) {
        peak = Math.max(peak, peak());
        for (int j = 0; j < jobs.length; j++) {
          long start = System.nanoTime();
          for (int i = 0; i < repeats; i++) {
            Workers.shared().run(jobs[j]);
          }
          best[j] = Math.min(best[j], (System.nanoTime() - start) / (double) repeats);
        }
      }
      double flops = s.flops();
      double all = Arrays.stream(best).sum();
      System.out.printf(
          "%-16s %6.1f (%3.0f %%) %6.1f (%3.0f %%) %6.1f (%3.0f %%) %6.1f%% %6.1f (%3.0f %%)  peak %.0f%n",
          sample.name(), flops / best[1], 100 * flops / best[1] / peak, flops / best[3],
          100 * flops / best[3] / peak, flops / best[4], 100 * flops / best[4] / peak,
          100 * (best[0] + best[2]) / all, 3 * flops / all, 300 * flops / all / peak, peak);
    }
  }

  /** GFLOP/s of multiply-adds in registers: the best of a few goes. */
  private static double peak() {
    double best = 0;
    for (int i = 0; i < 5; i++) {
      int steps = 200_000;
      long start = System.nanoTime();
      sink = multiplyAdds(steps);
      best = Math.max(best, 2.0 * 12 * Lanes.COUNT * steps / (System.nanoTime() - start));
    }
    return best;
  }

  private static float multiplyAdds(int steps) {
    FloatVector a = FloatVector.broadcast(S, 0.5f + sink);
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
