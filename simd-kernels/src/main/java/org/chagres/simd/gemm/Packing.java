package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.gemm.Tiles.ADDRESS;
import static org.chagres.simd.gemm.Tiles.MR;
import static org.chagres.simd.gemm.Tiles.NR;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * Packs an operand into panels: {@code width} rows of op(A), or columns of op(B), interleaved so that the floats of
 * one k lie together. A panel at the edge repeats its last row, so that the micro-kernel always computes whole
 * tiles; what it computes from the repeated rows is never stored.
 */
final class Packing {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;
  private static final long V = 4L * LANES;

  /** Two floats as one long, the first in the low half on every machine. */
  private static final ValueLayout.OfLong PAIR = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Steps of k packed before the next rows, so that the lines written stay in L1. */
  private static final int BLOCK = 64;

  private Packing() {}

  /**
   * Packs a panel from memory where the floats of one k lie together already.
   *
   * @param from the panel's first float of the first k
   * @param ld bytes from a k to the next
   * @param valid how many of the panel's rows there are
   * @param width rows of a panel
   * @param kc how many k
   * @param to where to
   */
  static void copy(long from, long ld, int valid, int width, int kc, long to) {
    if (valid == width && width == NR) {
      copyTwoVectors(from, ld, kc, to);
    } else if (valid == width) {
      copyPairs(from, ld, kc, to);
    } else {
      for (int k = 0; k < kc; k++) {
        for (int r = 0; r < width; r++) {
          copyFloat(from + k * ld + 4L * Math.min(r, valid - 1), to + 4L * ((long) k * width + r));
        }
      }
    }
  }

  /** Whole panels of B. */
  private static void copyTwoVectors(long from, long ld, int kc, long to) {
    to &= ADDRESS;
    for (int k = 0; k < kc; k++) {
      long source = (from + k * ld) & ADDRESS;
      long target = to + 4L * NR * k;
      FloatVector.fromMemorySegment(S, ALL, source, ORDER).intoMemorySegment(ALL, target, ORDER);
      FloatVector.fromMemorySegment(S, ALL, source + V, ORDER).intoMemorySegment(ALL, target + V, ORDER);
    }
  }

  /** Whole panels of A; the inner loop is of constant length and unrolled. */
  private static void copyPairs(long from, long ld, int kc, long to) {
    to &= ADDRESS;
    for (int k = 0; k < kc; k++) {
      long source = (from + k * ld) & ADDRESS;
      long target = to + 4L * MR * k;
      for (int r = 0; r < MR; r += 2) {
        ALL.set(PAIR, target + 4L * r, ALL.get(PAIR, source + 4L * r));
      }
    }
  }

  /**
   * Packs a panel from memory where the k of one row lie together: transposes it.
   *
   * @param from the panel's first row
   * @param ld bytes from a row to the next
   * @param valid how many of the panel's rows there are
   * @param width rows of a panel
   * @param kc how many k
   * @param to where to
   */
  static void transpose(long from, long ld, int valid, int width, int kc, long to) {
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
