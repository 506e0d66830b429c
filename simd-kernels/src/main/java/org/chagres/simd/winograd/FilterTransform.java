package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * dW = Gᵀ S G, from the 16 sums S of each filter, summed over parts in their order; Gᵀ = (1 ½ ½ 0; 0 ½ −½ 0; 0 ½ ½ −1),
 * the last sign being that which {@link GradientTransform} leaves out.
 */
final class FilterTransform {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;
  private static final long VECTOR = 4L * LANES;

  private FilterTransform() {}

  /**
   * Where the parts of sums lie.
   *
   * @param count how many parts
   * @param bytes from a part to the next
   * @param plane bytes from each of the 16 sums of a filter to the next
   */
  record Parts(int count, long bytes, long plane) {}

  /** Scratch that {@link #vector} needs. */
  static long scratchBytes() {
    return 12 * VECTOR;
  }

  /**
   * A vector of filters.
   *
   * @param from the first of their sums in the first part
   * @param parts of sums
   * @param to 9 vectors, written
   * @param step bytes from vector to vector
   * @param scratch of {@link #scratchBytes}
   */
  static void vector(long from, Parts parts, long to, long step, long scratch) {
    FloatVector half = FloatVector.broadcast(S, 0.5f);
    long s = scratch & ADDRESS;
    for (int j = 0; j < 4; j++) {
      long at = from + j * parts.plane();
      FloatVector s0 = FloatVector.zero(S);
      FloatVector s1 = FloatVector.zero(S);
      FloatVector s2 = FloatVector.zero(S);
      FloatVector s3 = FloatVector.zero(S);
      for (int p = 0; p < parts.count(); p++) {
        long a = at;
        s0 = s0.add(FloatVector.fromMemorySegment(S, ALL, a & ADDRESS, ORDER));
        a += 4 * parts.plane();
        s1 = s1.add(FloatVector.fromMemorySegment(S, ALL, a & ADDRESS, ORDER));
        a += 4 * parts.plane();
        s2 = s2.add(FloatVector.fromMemorySegment(S, ALL, a & ADDRESS, ORDER));
        a += 4 * parts.plane();
        s3 = s3.add(FloatVector.fromMemorySegment(S, ALL, a & ADDRESS, ORDER));
        at += parts.bytes();
      }
      long to3 = (s + 3 * VECTOR * j) & ADDRESS;
      var sum = s1.add(s2).mul(half);
      s0.add(sum).intoMemorySegment(ALL, to3, ORDER);
      s1.sub(s2).mul(half).intoMemorySegment(ALL, to3 + VECTOR, ORDER);
      sum.sub(s3).intoMemorySegment(ALL, to3 + 2 * VECTOR, ORDER);
    }
    for (int i = 0; i < 3; i++) {
      long row = (s + VECTOR * i) & ADDRESS;
      var r0 = FloatVector.fromMemorySegment(S, ALL, row, ORDER);
      var r1 = FloatVector.fromMemorySegment(S, ALL, row + 3 * VECTOR, ORDER);
      var r2 = FloatVector.fromMemorySegment(S, ALL, row + 6 * VECTOR, ORDER);
      var r3 = FloatVector.fromMemorySegment(S, ALL, row + 9 * VECTOR, ORDER);
      var sum = r1.add(r2).mul(half);
      r0.add(sum).intoMemorySegment(ALL, to & ADDRESS, ORDER);
      to += step;
      r1.sub(r2).mul(half).intoMemorySegment(ALL, to & ADDRESS, ORDER);
      to += step;
      sum.sub(r3).intoMemorySegment(ALL, to & ADDRESS, ORDER);
      to += step;
    }
  }

  /**
   * Columns to rows: floats that lie a step apart to neighbours.
   *
   * @param from the first
   * @param step bytes from one to the next
   * @param to where they go
   * @param count how many
   */
  static void row(long from, long step, long to, int count) {
    for (int i = 0; i < count; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, ALL.get(JAVA_FLOAT_UNALIGNED, from + step * i));
    }
  }
}
