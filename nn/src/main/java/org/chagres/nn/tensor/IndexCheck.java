package org.chagres.nn.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.chagres.nn.backend.MemoryOps;
import org.chagres.nn.backend.Recorder;

/**
 * Checks labels and indices before a kernel uses them as addresses. Those on the host are looked at, at each replay too. Those on a
 * device were looked at when they were copied there, and between which values they lie goes with them until they are changed; only
 * where that is not known, or not within the range, they are copied back, which waits for the device.
 */
public final class IndexCheck {

  private IndexCheck() {}

  /** What an integer that does not fit is told with. */
  @FunctionalInterface
  public interface Complaint {

    /**
     * The error.
     *
     * @param value the integer
     * @param position where it stands, row-major
     */
    RuntimeException of(long value, int position);
  }

  /**
   * Looks for integers outside of a range.
   *
   * @param integers i64, row-major
   * @param end they have to be 0 or more and under this
   * @param except one that may be outside, or none
   * @param complaint the error for the first one that is
   */
  public static void check(Tensor integers, long end, OptionalLong except, Complaint complaint) {
    int count = Math.toIntExact(integers.count());
    MemorySegment values = integers.data();
    if (!integers.backend().queues()) {
      Recorder.host(() -> look(values, count, end, except, complaint));
      java.lang.ref.Reference.reachabilityFence(integers);
      return;
    }
    MemoryOps memory = integers.backend().memory();
    BooleanSupplier within = integers.within(end);
    Recorder.host(() -> {
      if (!within.getAsBoolean()) {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment host = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, count));
          memory.download(values, host, 8L * count);
          look(host, count, end, except, complaint);
        }
      }
    });
    java.lang.ref.Reference.reachabilityFence(integers);
  }

  private static void look(MemorySegment values, int count, long end, OptionalLong except, Complaint complaint) {
    for (int i = 0; i < count; i++) {
      long value = values.getAtIndex(ValueLayout.JAVA_LONG, i);
      if ((value < 0 || value >= end) && !(except.isPresent() && value == except.getAsLong())) {
        throw complaint.of(value, i);
      }
    }
  }

  /** Notes between which values the integers of a tensor on a device lie, from what was copied there. */
  static void note(Tensor there, MemorySegment values, long count) {
    long least = Long.MAX_VALUE;
    long most = Long.MIN_VALUE;
    for (long i = 0; i < count; i++) {
      long value = values.getAtIndex(ValueLayout.JAVA_LONG, i);
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    there.bounds(least, most);
  }
}
