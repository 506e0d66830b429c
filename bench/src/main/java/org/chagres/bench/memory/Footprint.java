package org.chagres.bench.memory;

import com.sun.management.ThreadMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.memory.ProcessMemory;
import org.chagres.simd.memory.Stats;

/**
 * What steady steps asked for.
 *
 * @param heapBytesPerStep allocated on the heap by all threads, a step
 * @param residentBefore physical memory of the process before the steps, where the system tells it
 * @param residentAfter and after them
 * @param pool the pool after the steps, its peak that of the steps
 * @param systemCalls calls of the operating system that the pool made during the steps
 */
public record Footprint(
    long heapBytesPerStep, OptionalLong residentBefore, OptionalLong residentAfter, Stats pool, long systemCalls) {

  /** Heap a step has to stay under. */
  public static final long HEAP_LIMIT = 64 << 10;

  /** Growth of resident memory that is noise: the JVM's own tables, code compiled late. */
  public static final long NOISE = 4 << 20;

  private static final int GARBAGE = 64 << 10;
  private static final int MOST_GARBAGE = 1 << 16;
  private static final int COLLECTIONS = 3;

  private static volatile byte[] unusedGarbage;

  /**
   * Runs the step some times unwatched, then watched.
   *
   * @param step what to watch
   * @param warmUp runs before
   * @param steps runs that count
   */
  public static Footprint of(Runnable step, int warmUp, int steps) {
    for (int i = 0; i < warmUp; i++) {
      step.run();
    }
    touchYoungHeap();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    MemoryPool pool = MemoryPool.system();
    pool.resetPeak();
    OptionalLong before = ProcessMemory.residentBytes();
    long calls = pool.stats().systemCalls();
    long heap = threads.getTotalThreadAllocatedBytes();
    for (int i = 0; i < steps; i++) {
      step.run();
    }
    long allocated = threads.getTotalThreadAllocatedBytes() - heap;
    Stats after = pool.stats();
    return new Footprint(
        allocated / steps, before, ProcessMemory.residentBytes(), after, after.systemCalls() - calls);
  }

  /** What of it is too much, in words; empty if nothing is. */
  public List<String> failures() {
    List<String> failures = new ArrayList<>(leaks());
    if (heapBytesPerStep >= HEAP_LIMIT) {
      failures.addFirst("heap a step: expected under " + HEAP_LIMIT + " bytes, got " + heapBytesPerStep);
    }
    return failures;
  }

  /** What has grown, in words. */
  public List<String> leaks() {
    List<String> failures = new ArrayList<>();
    if (residentBefore.isPresent() && residentAfter.isPresent()) {
      long growth = residentAfter.getAsLong() - residentBefore.getAsLong();
      if (growth > NOISE) {
        failures.add("resident memory: expected to grow by " + NOISE + " bytes at most, grew by " + growth);
      }
    }
    if (systemCalls != 0) {
      failures.add("the pool's calls of the system: expected none, got " + systemCalls);
    }
    return failures;
  }

  /**
   * Walks the young generation through a few collections. The heap's pages become resident when first written, which
   * would look like a leak in the steps that happen to write them.
   */
  private static void touchYoungHeap() {
    long end = collections() + COLLECTIONS;
    for (int i = 0; i < MOST_GARBAGE && collections() < end; i++) {
      unusedGarbage = new byte[GARBAGE];
    }
    unusedGarbage = new byte[0];
  }

  private static long collections() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        .mapToLong(GarbageCollectorMXBean::getCollectionCount)
        .sum();
  }
}
