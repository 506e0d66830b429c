package org.chagres.simd.parallel;

/**
 * How a number of items is cut into the chunks of a job's phase: by their number and cost alone, never by the number of
 * threads.
 *
 * @param count items
 * @param chunks pieces, at least 1
 */
public record Split(long count, int chunks) {

  /** Most pieces; enough that any usual number of threads ends at about the same time. */
  public static final int MAX_CHUNKS = 64;

  private static final double CHUNK_NANOS = 25_000;

  /** Checks the numbers. */
  public Split {
    if (count < 0 || chunks < 1) {
      throw new IllegalArgumentException("split: expected items and chunks, got " + count + " and " + chunks);
    }
  }

  /**
   * Pieces of some 25 microseconds or more, at most {@link #MAX_CHUNKS}.
   *
   * @param count items
   * @param nanosEach a guess of one item's cost
   */
  public static Split of(long count, double nanosEach) {
    return of(count, nanosEach, MAX_CHUNKS);
  }

  /** As {@link #of(long, double)}, with fewer pieces at most. */
  public static Split of(long count, double nanosEach, int most) {
    double pieces = Math.min(count * nanosEach / CHUNK_NANOS, most);
    return new Split(count, (int) Math.max(1, Math.min(count, (long) pieces)));
  }

  /** First item of a chunk. */
  public long from(int chunk) {
    long each = count / chunks;
    return each * chunk + Math.min(chunk, count % chunks);
  }

  /** One past the last item of a chunk. */
  public long to(int chunk) {
    return from(chunk + 1);
  }
}
