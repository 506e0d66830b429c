package org.chagres.simd.readiness;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.chagres.simd.conv.Conv;
import org.chagres.simd.conv.Direct;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.gemm.Gemm;
import org.chagres.simd.memory.Block;
import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.BatchNorm;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.GemmShape;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.UnaryOp;
import org.chagres.simd.winograd.Winograd;

/**
 * Warms the main kernels through their real entries and times them on one thread against a loop of multiply-adds in registers,
 * measured in turn with them: a kernel that HotSpot has compiled well reaches a good share of it, one with boxed vectors a
 * hundredth.
 *
 * <p>All take turns, small sizes first, so that the compiler works on one while another runs. What counts is the best time of a
 * kernel, so that other load on the machine matters little; on a machine too busy to compile within the time a kernel may be told
 * as not ready yet.
 *
 * @param kernel its name
 * @param share of the peak of one thread, 0 to 1
 * @param least the share that a well-compiled kernel reaches on any machine
 */
public record Readiness(String kernel, double share, double least) {

  /** A product or a convolution reaches half the peak or more; these sizes are small. */
  private static final double ARITHMETIC = 0.1;

  /** A pass over memory in cache does a few operations an element. */
  private static final double STREAM = 0.01;

  /** From this share of the least on it runs compiled, and a larger size tells more. */
  private static final double WARM = 0.3;

  private static final int PEAK_STEPS = 4096;

  /** HotSpot compiles what is called often sooner than what loops long; until then each step is slow. */
  private static final int COLD_STEPS = 32;

  private static final int COLD_RUNS = 2000;

  /** Operations a nanosecond. */
  private static final double SLOWEST_PEAK = 2;

  private static final int SIZES = 3;

  /** A kernel at a size from 0 to 2, and its floating-point operations. */
  private record Probe(String name, double least, IntFunction<Sized> sizes) {}

  private record Sized(Job job, long flops) {}

  /** Whether it is compiled well. */
  public boolean ready() {
    return share >= least;
  }

  /**
   * Measures.
   *
   * @param nanos how long it may take; a fresh process compiles for a second or more, a busy machine for longer
   * @return every kernel, in the order of a training step
   */
  public static List<Readiness> measure(long nanos) {
    List<Block> blocks = new ArrayList<>();
    try (Workers one = Workers.of(1)) {
      return measure(nanos, one, probes(blocks));
    } finally {
      blocks.forEach(Block::free);
    }
  }

  private static List<Readiness> measure(long nanos, Workers one, List<Probe> probes) {
    long end = System.nanoTime() + nanos;
    int peakAt = probes.size();
    double[] best = new double[peakAt + 1];
    long[] spent = new long[peakAt + 1];
    int[] size = new int[peakAt];
    int peakRuns = 0;
    float sum = 0;
    while (System.nanoTime() < end) {
      // Whoever has had the least time is next: a cheap kernel takes more runs than a dear one until it is compiled.
      int p = leastOf(spent);
      long flops;
      long start = System.nanoTime();
      if (p == peakAt) {
        int steps = peakRuns++ < COLD_RUNS ? COLD_STEPS : PEAK_STEPS;
        sum += FmaPeak.run(steps, 0.5f);
        flops = FmaPeak.flops(steps);
      } else {
        Sized now = probes.get(p).sizes.apply(size[p]);
        one.run(now.job);
        flops = now.flops;
      }
      long took = Math.max(1, System.nanoTime() - start);
      spent[p] += took;
      best[p] = Math.max(best[p], flops / (double) took);
      if (p < peakAt && size[p] + 1 < SIZES && best[p] > WARM * probes.get(p).least * best[peakAt]) {
        size[p]++;
      }
    }
    // Whichever came nearest to the peak stands for it; under a rate that any machine beats, nothing is compiled yet.
    double peak = Arrays.stream(best).max().orElse(0);
    boolean compiled = peak > SLOWEST_PEAK && Float.isFinite(sum);
    List<Readiness> all = new ArrayList<>();
    for (int p = 0; p < peakAt; p++) {
      all.add(new Readiness(probes.get(p).name, compiled ? best[p] / peak : 0, probes.get(p).least));
    }
    return all;
  }

  private static int leastOf(long[] spent) {
    int least = spent.length - 1;
    for (int i = spent.length - 2; i >= 0; i--) {
      if (spent[i] < spent[least]) {
        least = i;
      }
    }
    return least;
  }

  private static List<Probe> probes(List<Block> blocks) {
    List<Probe> all = new ArrayList<>();
    List<List<Sized>> sizes = new ArrayList<>();
    for (int s = 0; s < SIZES; s++) {
      List<Sized> of = new ArrayList<>();
      GemmShape g = GemmShape.of(12 << s, 32 << s, 32 << s, false, false);
      of.add(new Sized(
          Gemm.multiply(
              g, floats(blocks, g.aCount()), floats(blocks, g.bCount()), MemorySegment.NULL,
              floats(blocks, g.cCount())),
          g.flops()));
      convolutions(ConvShape.of(1, 16 << s, 4 << s, 4 << s, 16 << s, 3, 1, 1), blocks, of);
      NormShape n = new NormShape(64 << s, 32, 1e-5);
      MemorySegment x = floats(blocks, n.count());
      Moments moments = new Moments(floats(blocks, 32), floats(blocks, 32));
      of.add(new Sized(
          BatchNorm.apply(n, x, moments, new Affine(floats(blocks, 32), floats(blocks, 32)), x), 2 * n.count()));
      long count = 2048L << s;
      of.add(new Sized(
          UnaryMap.forward(Unary.of(UnaryOp.RELU), count, floats(blocks, count), floats(blocks, count)), count));
      sizes.add(of);
    }
    String[] names = {
      "product", "convolution", "convolution, backward data", "convolution, Winograd", "convolution, backward filter",
      "batch norm", "map"
    };
    for (int p = 0; p < names.length; p++) {
      int at = p;
      all.add(new Probe(names[p], p < 5 ? ARITHMETIC : STREAM, s -> sizes.get(s).get(at)));
    }
    return all;
  }

  private static void convolutions(ConvShape c, List<Block> blocks, List<Sized> to) {
    MemorySegment x = floats(blocks, c.xCount());
    MemorySegment y = floats(blocks, c.yCount());
    MemorySegment w = floats(blocks, c.wCount());
    MemorySegment forward = floats(blocks, Direct.packedBytes(c, ConvPass.FORWARD) / 4);
    MemorySegment backward = floats(blocks, Direct.packedBytes(c, ConvPass.BACKWARD_DATA) / 4);
    MemorySegment winograd = floats(blocks, Winograd.packedBytes(c, ConvPass.FORWARD) / 4);
    to.add(new Sized(Direct.forward(c, x, forward, MemorySegment.NULL, y), c.flops()));
    to.add(new Sized(Direct.backwardData(c, y, backward, x), c.flops()));
    // What it does, not what it saves: 16 multiplications of 36; else it would stand for the peak.
    to.add(new Sized(Winograd.forward(c, x, winograd, MemorySegment.NULL, y), c.flops() * 16 / 36));
    to.add(new Sized(Conv.backwardFilter(c, x, y, w, MemorySegment.NULL), c.flops()));
  }

  private static MemorySegment floats(List<Block> blocks, long count) {
    Block block = MemoryPool.system().allocate(4 * Math.max(16, count), "readiness");
    blocks.add(block);
    return block.segment().fill((byte) 0);
  }
}
