package org.chagres.simd.math;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.lanes.Lanes;

/**
 * A vector's worth of scratch for a tail: the elements that are left are copied in, worked on as one whole vector by
 * the loop that worked on the rest, and copied out. What stands behind them is set to 1, harmless to every function.
 */
public final class Padded {

  /** Bytes of one padded vector, at the widest. */
  public static final long BYTES = 64;

  private Padded() {}

  /** Copies {@code n} floats in, fewer than a vector, and fills up with 1. */
  public static void load(long from, long padded, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, padded + 4L * i, ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * i));
    }
    for (int i = n; i < Lanes.COUNT; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, padded + 4L * i, 1f);
    }
  }

  /** Copies {@code n} floats out. */
  public static void store(long padded, long to, int n) {
    for (int i = 0; i < n; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, ALL.get(JAVA_FLOAT_UNALIGNED, padded + 4L * i));
    }
  }

  /** Fills a whole vector with the value at an address. */
  public static void repeat(long from, long padded) {
    float value = ALL.get(JAVA_FLOAT_UNALIGNED, from);
    for (int i = 0; i < Lanes.COUNT; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, padded + 4L * i, value);
    }
  }
}
