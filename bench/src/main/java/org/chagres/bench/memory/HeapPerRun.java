package org.chagres.bench.memory;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a steady run allocates on the Java heap. */
public final class HeapPerRun {

  private static final int GOES = 5;

  private HeapPerRun() {}

  /**
   * Bytes a run, by all threads together: the least of a few goes, since the JVM's own threads allocate now and then.
   *
   * @param what is warm
   * @param runs of a go
   */
  public static double bytes(Runnable what, int runs) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int go = 0; go < GOES && least > 0; go++) {
      least = Math.min(least, go(threads, what, runs));
    }
    return (double) least / runs;
  }

  /**
   * As {@link #bytes}, but on until a go allocates nothing, or the time is over: objects that compiled code does without are made
   * as long as a rare method is interpreted.
   */
  public static double settled(Runnable what, int runs, double seconds) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    long least = Long.MAX_VALUE;
    do {
      least = Math.min(least, go(threads, what, runs));
    } while (least > 0 && System.nanoTime() < end);
    return (double) least / runs;
  }

  private static long go(ThreadMXBean threads, Runnable what, int runs) {
    long before = threads.getTotalThreadAllocatedBytes();
    for (int i = 0; i < runs; i++) {
      what.run();
    }
    return threads.getTotalThreadAllocatedBytes() - before;
  }
}
