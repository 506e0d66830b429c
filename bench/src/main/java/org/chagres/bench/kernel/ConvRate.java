package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.FlopCount;
import org.chagres.bench.network.CnnShapes;
import org.chagres.simd.conv.Conv;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The three passes of the 3×3 convolutions of the case-study network: layer 0 is 3→32 channels at 32², 1 is 32→32
 * there, 2 and 3 end at 64 channels at 16², 4 and 5 at 128 at 8².
 *
 * <p>{@code ./chagres bench jmh 'FmaPeak|ConvRate'}: the rows {@code :gflops} are GFLOP/s of the plain algorithm, to be
 * held against {@code FmaPeak.registers:gflops} of the same run. Expect more than half of the peak from layer 1 on;
 * layer 0 has too few channels to keep the units busy and no use for a gradient of its input. Where Winograd's algorithm
 * is chosen (forward and backwardData from layer 1 on) more than the peak is possible; {@code -jvmArgsAppend
 * -Dchagres.convolution=direct} shows the direct kernels. {@code -p threads=2} for more cores.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class ConvRate {

  @Param({"0", "1", "3", "5"}) int layer;

  @Param("16") int images;

  @Param("1") int threads;

  private Arena arena;
  private Workers workers;
  private Job forward;
  private Job backwardData;
  private Job backwardFilter;
  private long flops;

  /** For JMH. */
  public ConvRate() {}

  /** Images, packed weights and jobs. */
  @Setup(Level.Trial)
  public void prepare() {
    arena = Arena.ofShared();
    workers = Workers.of(threads);
    ConvShape s = CnnShapes.convolution(layer, images);
    MemorySegment w = Buffers.floats(arena, s.wCount());
    MemorySegment x = Buffers.floats(arena, s.xCount());
    MemorySegment dx = Buffers.floats(arena, s.xCount());
    MemorySegment y = Buffers.floats(arena, s.yCount());
    MemorySegment dy = Buffers.floats(arena, s.yCount());
    MemorySegment dw = Buffers.floats(arena, s.wCount());
    MemorySegment bias = Buffers.floats(arena, s.k());
    forward = Conv.forward(s, x, packed(s, ConvPass.FORWARD, w), bias, y);
    backwardData = Conv.backwardData(s, dy, packed(s, ConvPass.BACKWARD_DATA, w), dx);
    backwardFilter = Conv.backwardFilter(s, x, dy, dw, bias);
    flops = s.flops();
  }

  private MemorySegment packed(ConvShape s, ConvPass pass, MemorySegment w) {
    MemorySegment packed = arena.allocate(Conv.packedBytes(s, pass), 64);
    workers.run(Conv.pack(s, pass, w, packed));
    return packed;
  }

  /** y from x. */
  @Benchmark
  public void forward(FlopCount count) {
    workers.run(forward);
    count.gflops += flops;
  }

  /** dx from dy. */
  @Benchmark
  public void backwardData(FlopCount count) {
    workers.run(backwardData);
    count.gflops += flops;
  }

  /** dw and db from x and dy. */
  @Benchmark
  public void backwardFilter(FlopCount count) {
    workers.run(backwardFilter);
    count.gflops += flops;
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
    arena.close();
  }
}
