package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.chagres.simd.memory.Block;
import org.chagres.simd.memory.MemoryPool;
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
 * What huge pages are worth: one number read from each of many pages of 4 KiB, in an order that no prefetcher guesses. Memory of the
 * pool lies on pages of 2 MiB where the system has them, an arena's on pages of 4 KiB, so it misses the processor's table of pages.
 *
 * <p>{@code ./chagres bench jmh PageTouch}: nanoseconds a read.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Benchmark)
public class PageTouch {

  private static final long PAGE = 4096;

  /** A prime, so that steps of so many pages come by every page. */
  private static final long STEP = 7919;

  @Param({"pool", "arena"}) String from;

  @Param("256") int mebibytes;

  private Arena arena;
  private Block block;
  private MemorySegment memory;
  private long pages;
  private long at;

  /** For JMH. */
  public PageTouch() {}

  /** Memory, all of it written once. */
  @Setup(Level.Trial)
  public void prepare() {
    long bytes = (long) mebibytes << 20;
    arena = Arena.ofShared();
    if (from.equals("pool")) {
      block = MemoryPool.system().allocate(bytes, "page touch");
      memory = block.segment();
    } else {
      memory = arena.allocate(bytes, PAGE);
    }
    memory.fill((byte) 0);
    pages = bytes / PAGE;
  }

  /**
   * One read, whose value (0) decides where the next one is, so that reads cannot overlap. Where it lies in its page varies, or
   * all would fall on the same few lines of the cache.
   */
  @Benchmark
  public long read() {
    at = (at + STEP + memory.get(ValueLayout.JAVA_INT, at * PAGE + (at & 63) * 64)) % pages;
    return at;
  }

  /** Frees it. */
  @TearDown(Level.Trial)
  public void close() {
    arena.close();
    if (block != null) {
      block.free();
    }
  }
}
