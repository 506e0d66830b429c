package org.chagres.simd.parallel;

/**
 * A job over elements 0 … count - 1 that are independent of each other: cut into at most 64 ranges of equal
 * size, and none smaller than 16,384 elements, so that a range is worth handing out. Ranges begin at
 * multiples of 64, hence only the last has a tail shorter than a vector.
 */
public abstract class RangeJob extends Job {

  private static final long LEAST = 16_384;
  private static final long MOST_RANGES = 64;

  private final long count;
  private final int grain;
  private final double nanosPerElement;

  /**
   * A job over a number of elements.
   *
   * @param count elements, 0 or more
   * @param nanosPerElement a rough guess of the time for one
   */
  protected RangeJob(long count, double nanosPerElement) {
    this.count = count;
    this.nanosPerElement = nanosPerElement;
    long size = Math.max(LEAST, (count + MOST_RANGES - 1) / MOST_RANGES);
    this.grain = (int) Math.min(1 << 30, (size + 63) / 64 * 64);
  }

  /**
   * Does a range.
   *
   * @param begin first element
   * @param n how many, 1 or more
   * @param local address of this worker's scratch
   */
  protected abstract void run(long begin, int n, long local);

  @Override
  public final int chunks(int phase) {
    return (int) Math.max(1, (count + grain - 1) / grain);
  }

  @Override
  public final long estimatedNanos() {
    return (long) (count * nanosPerElement);
  }

  @Override
  protected final void run(int phase, int chunk, long local, long shared) {
    long begin = (long) chunk * grain;
    int n = (int) Math.min(grain, count - begin);
    if (n > 0) {
      run(begin, n, local);
    }
  }
}
