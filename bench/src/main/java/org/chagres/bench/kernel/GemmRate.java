package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.chagres.bench.measure.FlopCount;
import org.chagres.simd.gemm.Gemm;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.GemmShape;
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
 * Products of square matrices, packing included.
 *
 * <p>{@code ./chagres bench jmh 'FmaPeak|GemmRate'}: the rows {@code :gflops} are GFLOP/s, to be held against {@code
 * FmaPeak.registers:gflops} of the same run. Expect three quarters of it or more at 512 and 1024, somewhat less at 256,
 * where packing weighs more, and {@code transposed} close to {@code plain}, since packing does the turning. {@code -p
 * threads=2} for more cores.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class GemmRate {

  @Param({"256", "512", "1024"}) int n;

  @Param("1") int threads;

  private Arena arena;
  private Workers workers;
  private Job plain;
  private Job transposed;
  private long flops;

  /** For JMH. */
  public GemmRate() {}

  /** Matrices and jobs. */
  @Setup(Level.Trial)
  public void prepare() {
    arena = Arena.ofShared();
    workers = Workers.of(threads);
    GemmShape shape = GemmShape.of(n, n, n, false, false);
    MemorySegment a = Buffers.floats(arena, shape.aCount());
    MemorySegment b = Buffers.floats(arena, shape.bCount());
    MemorySegment c = Buffers.floats(arena, shape.cCount());
    plain = Gemm.multiply(shape, a, b, MemorySegment.NULL, c);
    transposed = Gemm.multiply(GemmShape.of(n, n, n, true, true), a, b, MemorySegment.NULL, c);
    flops = shape.flops();
  }

  /** C = A·B. */
  @Benchmark
  public void plain(FlopCount count) {
    workers.run(plain);
    count.gflops += flops;
  }

  /** C = Aᵀ·Bᵀ. */
  @Benchmark
  public void transposed(FlopCount count) {
    workers.run(transposed);
    count.gflops += flops;
  }

  /** Frees all. */
  @TearDown(Level.Trial)
  public void close() {
    workers.close();
    arena.close();
  }
}
