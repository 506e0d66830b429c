package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.GemmShape;

/**
 * Times products on one core against the peak of its multiply-add units.
 *
 * <p>Arguments: seconds for each case (0.5 unless told), then names of cases (all unless told). What you should
 * see: squares of 256 and more at 85 % of the peak or above, {@code kernel} above 90 %.
 */
final class GemmSpeed {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static volatile float unusedSink;

  private GemmSpeed() {}

  /** A named shape. */
  private record Case(String name, GemmShape shape) {}

  private static final Case[] CASES = {
    new Case("32", GemmShape.of(32, 32, 32, false, false)),
    new Case("64", GemmShape.of(64, 64, 64, false, false)),
    new Case("128", GemmShape.of(128, 128, 128, false, false)),
    new Case("256", GemmShape.of(256, 256, 256, false, false)),
    new Case("512", GemmShape.of(512, 512, 512, false, false)),
    new Case("1024", GemmShape.of(1024, 1024, 1024, false, false)),
    new Case("1024NT", GemmShape.of(1024, 1024, 1024, false, true)),
    new Case("1024TN", GemmShape.of(1024, 1024, 1024, true, false)),
    new Case("2048", GemmShape.of(2048, 2048, 2048, false, false)),
    new Case("linear.y", GemmShape.of(128, 256, 2048, false, true)),
    new Case("linear.dw", GemmShape.of(256, 2048, 128, true, false)),
    new Case("linear.dx", GemmShape.of(128, 2048, 256, false, false)),
    new Case("head.y", GemmShape.of(128, 10, 256, false, true)),
    new Case("head.dw", GemmShape.of(10, 256, 128, true, false)),
    new Case("head.dx", GemmShape.of(128, 256, 10, false, false)),
    new Case("gemv.y", GemmShape.of(1, 256, 2048, false, true)),
    new Case("gemv.NN", GemmShape.of(1, 2048, 256, false, false)),
    new Case("rows4.y", GemmShape.of(4, 256, 2048, false, true)),
    new Case("rows5.y", GemmShape.of(5, 256, 2048, false, true)),
    new Case("rows8.y", GemmShape.of(8, 256, 2048, false, true)),
    new Case("deep", GemmShape.of(64, 64, 32768, true, false)),
    new Case("attention", GemmShape.batched(48, 128, 128, 64, false, true)),
  };

  /** The CPU time of this thread: what other processes take from the machine is not counted. */
  private static long cpuNanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Runs the cases. */
  public static void main(String[] args) {
    double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 0.5;
    System.out.printf("peak %.1f GFLOP/s%n", peak());
    System.out.printf("kernel %.1f GFLOP/s%n", kernel());
    try (Arena arena = Arena.ofShared()) {
      for (Case c : CASES) {
        if (args.length < 2 || Arrays.asList(args).indexOf(c.name) > 0) {
          double best = gflops(arena, c.shape, seconds);
          System.out.printf("%-10s %6.1f GFLOP/s %3.0f %%%n", c.name, best, 100 * best / peak());
        }
      }
    }
  }

  private static double gflops(Arena arena, GemmShape shape, double seconds) {
    MemorySegment a = filled(arena, shape.aCount());
    MemorySegment b = filled(arena, shape.bCount());
    MemorySegment c = filled(arena, shape.cCount());
    Workers workers = Workers.of(1);
    Job job = Gemm.multiply(shape, a, b, MemorySegment.NULL, c);
    int repeat = (int) Math.max(1, 1e6 / (1000 + shape.flops() / 80.0));
    double best = 0;
    long end = cpuNanos() + (long) (seconds * 1e9);
    for (int batch = 0; batch < 20 || cpuNanos() < end; batch++) {
      long start = cpuNanos();
      for (int i = 0; i < repeat; i++) {
        workers.run(job);
      }
      best = Math.max(best, (double) shape.flops() * repeat / (cpuNanos() - start));
    }
    return best;
  }

  private static MemorySegment filled(Arena arena, long floats) {
    MemorySegment s = arena.allocate(4 * floats, 64);
    var random = new Random(1);
    for (long i = 0; i < floats; i++) {
      s.setAtIndex(JAVA_FLOAT_UNALIGNED, i, random.nextFloat() - 0.5f);
    }
    return s;
  }

  /** The micro-kernel on panels that stay in L1. */
  private static double kernel() {
    try (Arena arena = Arena.ofShared()) {
      long a = filled(arena, Tiles.MR * Tiles.KC).address();
      long b = filled(arena, Tiles.NR * Tiles.KC).address();
      long c = filled(arena, Tiles.MR * Tiles.NR).address();
      double best = 0;
      for (int r = 0; r < 200; r++) {
        long start = cpuNanos();
        for (int i = 0; i < 500; i++) {
          Tiles.tile(a, b, Tiles.KC, c, 4L * Tiles.NR, b);
        }
        best = Math.max(best, 1000.0 * Tiles.MR * Tiles.NR * Tiles.KC / (cpuNanos() - start));
      }
      return best;
    }
  }

  /** Multiply-adds on registers alone, best of several. */
  private static double peak() {
    double best = 0;
    for (int r = 0; r < 40; r++) {
      long start = cpuNanos();
      multiplyAdds(20_000);
      best = Math.max(best, 24.0 * Lanes.COUNT * 20_000 / (cpuNanos() - start));
    }
    return best;
  }

  private static void multiplyAdds(int n) {
    var x = FloatVector.broadcast(S, 0.999f);
    var y = FloatVector.broadcast(S, 0.001f);
    var s0 = x;
    var s1 = x;
    var s2 = x;
    var s3 = x;
    var s4 = x;
    var s5 = x;
    var s6 = x;
    var s7 = x;
    var s8 = x;
    var s9 = x;
    var s10 = x;
    var s11 = x;
    for (int i = 0; i < n; i++) {
      s0 = x.fma(y, s0);
      s1 = x.fma(y, s1);
      s2 = x.fma(y, s2);
      s3 = x.fma(y, s3);
      s4 = x.fma(y, s4);
      s5 = x.fma(y, s5);
      s6 = x.fma(y, s6);
      s7 = x.fma(y, s7);
      s8 = x.fma(y, s8);
      s9 = x.fma(y, s9);
      s10 = x.fma(y, s10);
      s11 = x.fma(y, s11);
    }
    var t0 = s0.add(s1).add(s2).add(s3);
    var t1 = s4.add(s5).add(s6).add(s7);
    var t2 = s8.add(s9).add(s10).add(s11);
    unusedSink = t0.add(t1).add(t2).lane(0);
  }
}
