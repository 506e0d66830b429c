package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.FlopCount;
import org.chagres.simd.conv.Conv;
import org.chagres.simd.gemm.TileProduct;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The innermost loops, on one thread, with all that they touch in the caches: what the rates of whole products and
 * convolutions are held against.
 *
 * <p>{@code ./chagres bench jmh TileRate}: the register tile of a product should reach nine tenths of the FMA peak or more;
 * a convolution of one image of 64 channels at 8², whose weights lie in L2, loses what its borders and its entry cost.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class TileRate {

  private static final int K = 256;
  private static final int TIMES = 64;

  private Arena arena;
  private Workers workers;
  private Job gemmTile;
  private Job convForward;
  private Job convBackwardData;
  private Job convBackwardFilter;
  private long tileFlops;
  private long convFlops;

  /** For JMH. */
  public TileRate() {}

  /** Operands and jobs. */
  @Setup(Level.Trial)
  public void prepare() {
    arena = Arena.ofShared();
    workers = Workers.of(1);
    MemorySegment a = Buffers.floats(arena, (long) TileProduct.ROWS * K);
    MemorySegment b = Buffers.floats(arena, (long) TileProduct.COLUMNS * K);
    MemorySegment c = Buffers.floats(arena, (long) TileProduct.ROWS * TileProduct.COLUMNS);
    gemmTile = TileProduct.of(K, TIMES, a, b, c);
    tileFlops = 2L * TileProduct.ROWS * TileProduct.COLUMNS * K * TIMES;
    ConvShape s = ConvShape.of(1, 64, 8, 8, 64, 3, 1, 1);
    MemorySegment w = Buffers.floats(arena, s.wCount());
    MemorySegment x = Buffers.floats(arena, s.xCount());
    MemorySegment y = Buffers.floats(arena, s.yCount());
    MemorySegment dx = Buffers.floats(arena, s.xCount());
    MemorySegment dw = Buffers.floats(arena, s.wCount());
    convForward = Conv.forward(s, x, packed(s, ConvPass.FORWARD, w), MemorySegment.NULL, y);
    convBackwardData = Conv.backwardData(s, y, packed(s, ConvPass.BACKWARD_DATA, w), dx);
    convBackwardFilter = Conv.backwardFilter(s, x, y, dw, MemorySegment.NULL);
    convFlops = s.flops();
  }

  private MemorySegment packed(ConvShape s, ConvPass pass, MemorySegment w) {
    MemorySegment packed = arena.allocate(Conv.packedBytes(s, pass), 64);
    workers.run(Conv.pack(s, pass, w, packed));
    return packed;
  }

  /** A tile of C from packed panels. */
  @Benchmark
  public void gemmTile(FlopCount count) {
    workers.run(gemmTile);
    count.gflops += tileFlops;
  }

  /** y from x. */
  @Benchmark
  public void convForward(FlopCount count) {
    workers.run(convForward);
    count.gflops += convFlops;
  }

  /** dx from dy. */
  @Benchmark
  public void convBackwardData(FlopCount count) {
    workers.run(convBackwardData);
    count.gflops += convFlops;
  }

  /** dw from x and dy. */
  @Benchmark
  public void convBackwardFilter(FlopCount count) {
    workers.run(convBackwardFilter);
    count.gflops += convFlops;
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
    arena.close();
  }
}
