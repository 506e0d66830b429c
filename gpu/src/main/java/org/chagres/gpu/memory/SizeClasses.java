package org.chagres.gpu.memory;

/**
 * Sizes that blocks are rounded up to, so that a freed one serves many: up to {@link #SMALLEST} one class, then eight
 * from each power of two to the next, which wastes an eighth at most.
 */
final class SizeClasses {

  static final long SMALLEST = 512;
  static final long LARGEST = 1L << 46;

  private static final int SMALLEST_LOG = 9;
  private static final int STEPS_LOG = 3;
  private static final int STEPS = 1 << STEPS_LOG;

  static final int COUNT = of(LARGEST) + 1;

  private SizeClasses() {}

  /** The class for so many bytes, 0 to {@link #LARGEST}. */
  static int of(long bytes) {
    if (bytes <= SMALLEST) {
      return 0;
    }
    long last = bytes - 1;
    int log = 63 - Long.numberOfLeadingZeros(last);
    int step = (int) (last >>> log - STEPS_LOG) & STEPS - 1;
    return (log - SMALLEST_LOG) * STEPS + step + 1;
  }

  /** Bytes of a class. */
  static long bytes(int sizeClass) {
    if (sizeClass == 0) {
      return SMALLEST;
    }
    int log = SMALLEST_LOG + (sizeClass - 1) / STEPS;
    long step = (sizeClass - 1) % STEPS + 1L;
    return (1L << log) + (step << log - STEPS_LOG);
  }
}
