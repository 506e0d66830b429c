package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.gemm.Tiles.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * Packs an operand into panels: {@code width} rows of op(A), or columns of op(B), interleaved so that the floats of one k lie
 * together. A panel at the edge is filled up with zeros, so that the micro-kernel always computes whole tiles.
 */
final class Packing {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;

  /** Two floats as one long, the first in the low half on every machine. */
  private static final ValueLayout.OfLong PAIR = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long LOW = 0xFFFF_FFFFL;

  /** Steps of k packed before the next pair of rows, so that the lines written stay in L1. */
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
    if (valid == width && width % LANES == 0) {
      copyVectors(from, ld, width, kc, to);
    } else if (valid == width && width % 2 == 0) {
      copyPairs(from, ld, width, kc, to);
    } else {
      for (int k = 0; k < kc; k++) {
        for (int r = 0; r < width; r++) {
          float x = r < valid ? ALL.get(JAVA_FLOAT_UNALIGNED, from + k * ld + 4L * r) : 0f;
          ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * ((long) k * width + r), x);
        }
      }
    }
  }

  private static void copyVectors(long from, long ld, int width, int kc, long to) {
    for (int k = 0; k < kc; k++) {
      long source = (from + k * ld) & ADDRESS;
      long target = (to + 4L * k * width) & ADDRESS;
      for (int r = 0; r < width; r += LANES) {
        FloatVector.fromMemorySegment(S, ALL, source + 4L * r, ORDER).intoMemorySegment(ALL, target + 4L * r, ORDER);
      }
    }
  }

  private static void copyPairs(long from, long ld, int width, int kc, long to) {
    for (int k = 0; k < kc; k++) {
      long source = (from + k * ld) & ADDRESS;
      long target = (to + 4L * k * width) & ADDRESS;
      for (int r = 0; r < width; r += 2) {
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
    for (int k = 0; k < kc; k += BLOCK) {
      int count = Math.min(BLOCK, kc - k);
      long source = from + 4L * k;
      long target = to + 4L * k * width;
      int r = 0;
      for (; r + 1 < valid; r += 2) {
        transposePair(source + r * ld, source + (r + 1) * ld, width, count, target + 4L * r);
      }
      for (; r < width; r++) {
        for (int i = 0; i < count; i++) {
          float x = r < valid ? ALL.get(JAVA_FLOAT_UNALIGNED, source + r * ld + 4L * i) : 0f;
          ALL.set(JAVA_FLOAT_UNALIGNED, target + 4L * ((long) i * width + r), x);
        }
      }
    }
  }

  /** Two rows, two k at a time: half the stores of a float-wise transpose, and the store port is what limits it. */
  private static void transposePair(long row0, long row1, int width, int count, long to) {
    row0 &= ADDRESS;
    row1 &= ADDRESS;
    to &= ADDRESS;
    int i = 0;
    for (; i + 1 < count; i += 2) {
      long x = ALL.get(PAIR, row0 + 4L * i);
      long y = ALL.get(PAIR, row1 + 4L * i);
      long target = (to + 4L * i * width) & ADDRESS;
      ALL.set(PAIR, target, x & LOW | y << 32);
      ALL.set(PAIR, (target + 4L * width) & ADDRESS, x >>> 32 | y & ~LOW);
    }
    if (i < count) {
      long target = to + 4L * i * width;
      ALL.set(JAVA_FLOAT_UNALIGNED, target, ALL.get(JAVA_FLOAT_UNALIGNED, row0 + 4L * i));
      ALL.set(JAVA_FLOAT_UNALIGNED, target + 4, ALL.get(JAVA_FLOAT_UNALIGNED, row1 + 4L * i));
    }
  }
}
