package org.chagres.simd.conv;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.winograd.Winograd;

/**
 * The gradient of the filter by the direct and by Winograd's way, in turns: GFLOP/s of the direct way's operations, the
 * best of some rounds, and of multiply-adds in registers. Arguments: threads (default 1), rounds (default 5), names of
 * shapes (default all).
 */
final class FilterSpeed {
  private record Sample(String name, ConvShape shape) {}

  private static final Sample[] SAMPLES = {
    sample(128, 3, 32, 32), sample(128, 32, 32, 32), sample(128, 32, 64, 16), sample(128, 64, 64, 16),
    sample(128, 64, 128, 8), sample(128, 128, 128, 8), sample(32, 64, 64, 32), sample(32, 128, 128, 16),
    sample(32, 256, 256, 8), sample(32, 512, 512, 4), sample(1, 64, 64, 32), sample(1, 128, 128, 16),
    sample(1, 256, 256, 8), sample(1, 512, 512, 4), sample(1, 16, 16, 8), sample(16, 16, 16, 8), sample(32, 8, 8, 32),
    sample(16, 8, 32, 16), sample(16, 32, 8, 16), sample(64, 64, 64, 2),
    new Sample("64-128@32/2", ConvShape.of(32, 64, 32, 32, 128, 3, 2, 1)),
    new Sample("1x1:256-64@16", ConvShape.of(32, 256, 16, 16, 64, 1, 1, 0)),
    new Sample("1x1:64-256@16", ConvShape.of(32, 64, 16, 16, 256, 1, 1, 0)),
    new Sample("7x7:3-64@112/2", ConvShape.of(2, 3, 224, 224, 64, 7, 2, 3)),
  };

  private FilterSpeed() {}

  private static Sample sample(int n, int c, int k, int size) {
    return new Sample(n + "x" + c + "-" + k + "@" + size, ConvShape.of(n, c, size, size, k, 3, 1, 1));
  }

  /** Runs. */
  public static void main(String[] args) {
    int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
    var names = Arrays.asList(args).subList(Math.min(2, args.length), args.length);
    try (Workers workers = Workers.of(threads)) {
      for (Sample sample : SAMPLES) {
        if (names.isEmpty() || names.contains(sample.name())) {
          measure(sample, workers, rounds);
        }
      }
    }
  }

  private static void measure(Sample sample, Workers workers, int rounds) {
    ConvShape s = sample.shape();
    try (var arena = Arena.ofShared()) {
      var data = new ConvCase(s, arena, new Random(1), true);
      MemorySegment dw = arena.allocate(4 * s.wCount(), 64);
      MemorySegment db = arena.allocate(4L * s.k(), 64);
      Job direct = Direct.backwardFilter(s, data.x, data.dy, dw, db);
      boolean both = Winograd.supports(s, ConvPass.FORWARD);
      Job[] jobs = {direct, both ? Winograd.backwardFilter(s, data.x, data.dy, dw, db) : direct};
      int repeats = (int) Math.clamp(10_000_000L / (s.flops() / 60), 1, 200);
      var best = new double[jobs.length];
      Arrays.fill(best, Double.MAX_VALUE);
      double peak = 0;
      for (int r = -2; r < rounds; r++) {
        peak = Math.max(peak, ConvSpeed.peak());
        for (int j = 0; j < jobs.length; j++) {
          long start = now(workers);
          for (int i = 0; i < repeats; i++) {
            workers.run(jobs[j]);
          }
          best[j] = Math.min(best[j], (now(workers) - start) / (double) repeats);
        }
      }
      System.out.printf("%-16s peak of a core %5.1f   direct %6.1f", sample.name(), peak, s.flops() / best[0]);
      if (both) {
        System.out.printf("   Winograd %6.1f   %.2f times", s.flops() / best[1], best[0] / best[1]);
      }
      System.out.println();
    }
  }

  /** Time on a core for one thread, else wall time. */
  private static long now(Workers workers) {
    return workers.threads() == 1 ? CpuTime.nanos() : System.nanoTime();
  }
}
