package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.memory.Native.ALL;

/** What lets a micro-kernel do a block of channels that is not full: its pixels in scratch, [pixel][tile's width]. */
final class Tails {

  private Tails() {}

  /** Writes a table with the windows of another and targets in scratch. */
  static void table(long from, long table, int pixels, long scratch) {
    int padded = Math.ceilDiv(pixels, Tiling.PIXELS) * Tiling.PIXELS;
    for (int p = 0; p < padded; p++) {
      ALL.set(JAVA_LONG, table + 16L * p, ALL.get(JAVA_LONG, from + 16L * p));
      ALL.set(JAVA_LONG, table + 16L * p + 8, scratch + 4L * Tiling.WIDTH * p);
    }
  }

  /** Copies the pixels in scratch to the targets of a table. */
  static void store(long table, int pixels, long scratch, long target, int channels) {
    for (int p = 0; p < pixels; p++) {
      Copies.copy(
          scratch + 4L * Tiling.WIDTH * p, ALL.get(JAVA_LONG, table + 16L * p + 8) + target, channels);
    }
  }

  /** The address of a block's initial sums: the bias where it fills the block, else a copy filled up with zeros. */
  static long init(long bias, int first, int channels, int width, long scratch) {
    if (bias != 0 && channels == width) {
      return bias + 4L * first;
    }
    int copied = bias == 0 ? 0 : channels;
    if (copied > 0) {
      Copies.copy(bias + 4L * first, scratch, copied);
    }
    Copies.zero(scratch + 4L * copied, width - copied);
    return scratch;
  }
}
