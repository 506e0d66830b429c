package org.chagres.bench.memory;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What a steady run allocates on the Java heap. */
public final class HeapPerRun {

  private static final int GOES = 12;

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
      long before = threads.getTotalThreadAllocatedBytes();
      for (int i = 0; i < runs; i++) {
        what.run();
      }
      least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
    }
    return (double) least / runs;
  }
}
