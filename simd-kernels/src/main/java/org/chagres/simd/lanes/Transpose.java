package org.chagres.simd.lanes;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Transposes panels of f32: a few rows, interleaved so that the floats of one column lie together. Addresses are
 * trusted.
 */
public final class Transpose {

  private static final int LANES = Lanes.COUNT;

  /** Two floats as one long, the first in the low half on every machine. */
  private static final ValueLayout.OfLong PAIR = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Floats of a row before the next rows, so that the lines written stay in L1. */
  private static final int BLOCK = 64;

  private Transpose() {}

  /**
   * Transposes a panel.
   *
   * @param from the first row
   * @param ld bytes from a row to the next
   * @param valid how many rows there are, 1 or more; the last stands in for those that are missing
   * @param width rows of the panel, even
   * @param kc floats of a row
   * @param to where the floats of the first column go, those of the next behind them
   */
  public static void panel(long from, long ld, int valid, int width, int kc, long to) {
    int done =
        LANES >= 8
            ? transposeEights(from, ld, valid, width, kc, to)
            : transposePairs(from, ld, valid, width, kc, to);
    for (int k = done; k < kc; k++) {
      for (int r = 0; r < width; r++) {
        copyFloat(from + 4L * k + Math.min(r, valid - 1) * ld, to + 4L * ((long) k * width + r));
      }
    }
  }

  /**
   * Transposes rows to planes that lie apart.
   *
   * @param from the first row
   * @param ld bytes from a row to the next
   * @param rows how many
   * @param columns floats of a row
   * @param to where the floats of the first column go
   * @param step bytes from there to those of the next column
   */
  public static void planes(long from, long ld, int rows, int columns, long to, long step) {
    boolean eights = LANES >= 8 && rows >= 8;
    int whole = eights ? columns & -8 : 0;
    for (int r = 0; r < rows && whole > 0; r += 8) {
      // The last eight rows may overlap those before.
      int row = Math.min(r, rows - 8);
      Transpose8.rows(from + row * ld, ld, 8, whole, to + 4L * row, step);
    }
    for (int k = whole; k < columns; k++) {
      for (int r = 0; r < rows; r++) {
        copyFloat((from + r * ld + 4L * k) & ADDRESS, (to + k * step + 4L * r) & ADDRESS);
      }
    }
  }

  /** Eight rows at a time, as far as k goes in eights; returns how far. */
  private static int transposeEights(long from, long ld, int valid, int width, int kc, long to) {
    // In a narrower panel each store runs into the next k, which the next store puts right; so the last k is left out.
    int whole = (width % 8 == 0 ? kc : kc - 1) & -8;
    for (int k = 0; k < whole; k += BLOCK) {
      int count = Math.min(BLOCK, whole - k);
      for (int r = 0; r < width; r += 8) {
        long source = from + 4L * k + Math.min(r, valid - 1) * ld;
        long target = to + 4L * ((long) k * width + r);
        Transpose8.rows(source, ld, Math.clamp(valid - r, 1, 8), count, target, 4L * width);
      }
    }
    return Math.max(0, whole);
  }

  /** Two rows at a time, as far as k goes in twos; returns how far. */
  private static int transposePairs(long from, long ld, int valid, int width, int kc, long to) {
    int whole = kc & -2;
    for (int k = 0; k < whole; k += BLOCK) {
      int count = Math.min(BLOCK, whole - k);
      for (int r = 0; r < width; r += 2) {
        long source = from + 4L * k;
        long row0 = source + Math.min(r, valid - 1) * ld;
        long row1 = source + Math.min(r + 1, valid - 1) * ld;
        transposePair(row0, row1, count, to + 4L * ((long) k * width + r), 4L * width);
      }
    }
    return whole;
  }

  /** Two rows, two k at a time: half the stores of a transpose by floats. */
  private static void transposePair(long row0, long row1, int count, long to, long step) {
    row0 &= ADDRESS;
    row1 &= ADDRESS;
    for (int k = 0; k < count; k += 2) {
      long x = ALL.get(PAIR, row0 + 4L * k);
      long y = ALL.get(PAIR, row1 + 4L * k);
      ALL.set(PAIR, to & ADDRESS, x << 32 >>> 32 | y << 32);
      to += step;
      ALL.set(PAIR, to & ADDRESS, x >>> 32 | y >>> 32 << 32);
      to += step;
    }
  }

  private static void copyFloat(long from, long to) {
    ALL.set(JAVA_FLOAT_UNALIGNED, to, ALL.get(JAVA_FLOAT_UNALIGNED, from));
  }
}
