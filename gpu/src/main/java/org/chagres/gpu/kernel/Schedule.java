package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * What changes from one optimizer step to the next. It lies in device memory, {@link #BYTES} long, so that a captured
 * graph follows it; whoever owns it writes it on the host and uploads it before a step.
 *
 * @param lr learning rate
 * @param step number of the step, from 1
 * @param first whether SGD's buffer is not yet filled
 */
public record Schedule(double lr, long step, boolean first) {

  /** Its size. */
  public static final int BYTES = 24;

  /** Checks the step. */
  public Schedule {
    Launches.atLeast(1, step, "optimizer step");
  }

  /** Writes it to host memory, aligned to 8. */
  public void write(MemorySegment host) {
    host.set(JAVA_DOUBLE, 0, lr);
    host.set(JAVA_LONG, 8, step);
    host.set(JAVA_LONG, 16, first ? 1 : 0);
  }
}
