package org.chagres.gpu.memory;

/**
 * What a pool holds.
 *
 * @param live bytes asked for and not yet freed, as rounded up
 * @param peak the most that ever was live
 * @param pooled bytes freed here and kept for the next that asks
 * @param limit the most that may be live and pooled
 * @param allocations blocks handed out since the pool was made
 * @param calls those for which the device was asked
 */
public record PoolStatistics(long live, long peak, long pooled, long limit, long allocations, long calls) {

  /** Bytes taken from the device. */
  public long reserved() {
    return live + pooled;
  }

  @Override
  public String toString() {
    return "live " + live + " bytes, peak " + peak + ", pooled " + pooled
        + (limit == Long.MAX_VALUE ? "" : ", limit " + limit) + ", " + allocations + " allocations, " + calls
        + " of them by the device";
  }
}
