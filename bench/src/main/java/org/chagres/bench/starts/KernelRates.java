package org.chagres.bench.starts;

import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.chagres.bench.kernel.Buffers;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.simd.conv.Conv;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.gemm.Gemm;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.BatchNorm;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.GemmShape;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.UnaryOp;

/**
 * What a fresh JVM runs: the main kernels while the compiler is busy, then left in peace, then timed. Prints one row,
 * kernel to operations a nanosecond: comparable between starts, not between kernels.
 */
final class KernelRates {

  private static final int GOES = 7;
  private static final long QUIET_MILLIS = 500;
  private static final int MOST_CALM = 30;

  private record Kernel(String name, Job job, double operations) {}

  private KernelRates() {}

  /** Takes the milliseconds with a busy compiler and the least ones without, before kernels are timed. */
  public static void main(String[] arguments) {
    long busyMillis = Long.parseLong(arguments[0]);
    long calmMillis = Long.parseLong(arguments[1]);
    try (Workers workers = Workers.of(1);
        Arena arena = Arena.ofShared()) {
      List<Kernel> kernels = kernels(arena);
      kernels.stream().filter(k -> k.name.startsWith("pack")).forEach(k -> workers.run(k.job));
      try (BusyCompiler busy = new BusyCompiler()) {
        runFor(busyMillis, workers, kernels);
      }
      runFor(calmMillis, workers, kernels);
      awaitCompiler(MOST_CALM * calmMillis, workers, kernels);
      Row row = new Row("start");
      kernels.forEach(k -> row.put(k.name, rate(workers, k), 4));
      Rows.json(new PrintWriter(System.out, false, StandardCharsets.UTF_8)).add(row);
    }
  }

  private static void runFor(long millis, Workers workers, List<Kernel> kernels) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (System.nanoTime() < end) {
      for (Kernel k : kernels) {
        workers.run(k.job);
      }
    }
  }

  /** Goes on until the compiler has worked off its queue: slow by then is slow for good. */
  private static void awaitCompiler(long mostMillis, Workers workers, List<Kernel> kernels) {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    long compiled;
    long waited = 0;
    do {
      compiled = compiler.getTotalCompilationTime();
      runFor(QUIET_MILLIS, workers, kernels);
      waited += QUIET_MILLIS;
    } while (compiler.getTotalCompilationTime() != compiled && waited < mostMillis);
  }

  private static double rate(Workers workers, Kernel kernel) {
    long best = Long.MAX_VALUE;
    for (int i = 0; i < GOES; i++) {
      long start = System.nanoTime();
      workers.run(kernel.job);
      best = Math.min(best, System.nanoTime() - start);
    }
    return kernel.operations / best;
  }

  /** No kernel changes what it reads, so values stay away from denormals however often all run. */
  private static List<Kernel> kernels(Arena arena) {
    ConvShape conv = ConvShape.of(1, 64, 8, 8, 64, 3, 1, 1);
    MemorySegment x = Buffers.floats(arena, conv.xCount());
    MemorySegment y = Buffers.floats(arena, conv.yCount());
    MemorySegment w = Buffers.floats(arena, conv.wCount());
    MemorySegment dx = Buffers.floats(arena, conv.xCount());
    MemorySegment dw = Buffers.floats(arena, conv.wCount());
    MemorySegment none = MemorySegment.NULL;
    MemorySegment packed = arena.allocate(Conv.packedBytes(conv, ConvPass.FORWARD), 64);
    MemorySegment rotated = arena.allocate(Conv.packedBytes(conv, ConvPass.BACKWARD_DATA), 64);
    int side = 192;
    GemmShape product = GemmShape.of(side, side, side, false, false);
    MemorySegment a = Buffers.floats(arena, product.aCount());
    MemorySegment b = Buffers.floats(arena, product.bCount());
    MemorySegment c = Buffers.floats(arena, product.cCount());
    NormShape norm = new NormShape(1024, 64, 1e-5);
    MemorySegment u = Buffers.floats(arena, norm.count());
    MemorySegment v = Buffers.floats(arena, norm.count());
    Moments moments = new Moments(Buffers.floats(arena, 64), Buffers.floats(arena, 64));
    Gradients gradients = new Gradients(v, Buffers.floats(arena, 64), Buffers.floats(arena, 64));
    Unary silu = Unary.of(UnaryOp.SILU);
    Unary relu = Unary.of(UnaryOp.RELU);
    return List.of(
        new Kernel("pack", Conv.pack(conv, ConvPass.FORWARD, w, packed), conv.wCount()),
        new Kernel("pack_rotated", Conv.pack(conv, ConvPass.BACKWARD_DATA, w, rotated), conv.wCount()),
        new Kernel("conv", Conv.forward(conv, x, packed, none, y), conv.flops()),
        new Kernel("conv_data", Conv.backwardData(conv, y, rotated, dx), conv.flops()),
        new Kernel("conv_filter", Conv.backwardFilter(conv, x, y, dw, none), conv.flops()),
        new Kernel("gemm", Gemm.multiply(product, a, b, none, c), product.flops()),
        new Kernel("norm", BatchNorm.apply(norm, u, moments, Affine.NONE, v), norm.count()),
        new Kernel("norm_back", BatchNorm.backward(norm, true, u, u, moments, Affine.NONE, gradients), norm.count()),
        new Kernel("relu", UnaryMap.forward(relu, norm.count(), u, v), norm.count()),
        new Kernel("silu", UnaryMap.forward(silu, norm.count(), u, v), norm.count()),
        new Kernel("silu_back", UnaryMap.backward(silu, norm.count(), u, u, v), norm.count()));
  }
}
