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
  private static final long V = 4L * Lanes.COUNT;

  /** Two floats as one long, the first in the low half on every machine. */
  private static final ValueLayout.OfLong PAIR = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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

  private static void copyFloat(long from, long to) {
    ALL.set(JAVA_FLOAT_UNALIGNED, to, ALL.get(JAVA_FLOAT_UNALIGNED, from));
  }
}
