package org.chagres.simd.fused;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.pool.Positions;
import org.chagres.simd.random.Philox;
import org.chagres.simd.random.Stream;

/**
 * Dropout of values that were just written, and of their positions: the numbers of {@link org.chagres.simd.random.Dropout}, by the
 * element's place.
 *
 * @param at where the stream stands
 * @param p probability of a zero, 0 to 1; with 0 nothing happens
 */
public record Drop(Stream at, double p) {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Integer> I = Positions.I;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** No dropout. */
  public static final Drop NONE = new Drop(new Stream(0, 0), 0);

  /** Elements whose words are worked out at a time. */
  private static final int BLOCK = 1024;

  /** Scratch that {@link #run} needs: the words of a block that may begin and end within a counter's four. */
  static final long SCRATCH = 4L * (BLOCK + 8);

  /** Checks the probability. */
  public Drop {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("dropout: expected a probability of 0 to 1, got " + p);
    }
  }

  /** What survivors are multiplied by. */
  float scale() {
    return p == 1 ? 0 : (float) (1 / (1 - p));
  }

  /**
   * Drops.
   *
   * @param first place of the first element
   * @param n how many
   * @param values f32, changed in place
   * @param positions bytes, {@link NormPool#NOWHERE} where an element is dropped
   * @param words {@link #SCRATCH} bytes
   */
  void run(long first, int n, long values, long positions, long words) {
    // The number k / 2^24 is at least p where k is at least this, exactly.
    int threshold = (int) Math.ceil(p * 0x1p24);
    if (threshold == 0) {
      return;
    }
    float scale = scale();
    for (int from = 0; from < n; from += BLOCK) {
      int count = Math.min(BLOCK, n - from);
      int skip = (int) (first + from & 3);
      Philox.fill(at, 0, (first + from) / 4, (skip + count + 3) / 4, words);
      block(count, words + 4L * skip, threshold, scale, values + 4L * from, positions + from);
    }
  }

  private static void block(int n, long words, int threshold, float scale, long values, long positions) {
    IntVector least = IntVector.broadcast(I, threshold);
    int i = 0;
    for (; i + S.length() <= n; i += S.length()) {
      var dropped =
          IntVector.fromMemorySegment(I, ALL, words + 4L * i, ORDER)
              .lanewise(VectorOperators.LSHR, 8)
              .compare(VectorOperators.LT, least);
      FloatVector.fromMemorySegment(S, ALL, values + 4L * i, ORDER)
          .mul(scale)
          .blend(0f, dropped.cast(S))
          .intoMemorySegment(ALL, values + 4L * i, ORDER);
      Positions.store(Positions.load(positions + i).blend(NormPool.NOWHERE, dropped), positions + i);
    }
    for (; i < n; i++) {
      boolean kept = ALL.get(JAVA_INT_UNALIGNED, words + 4L * i) >>> 8 >= threshold;
      float value = kept ? ALL.get(JAVA_FLOAT_UNALIGNED, values + 4L * i) * scale : 0f;
      ALL.set(JAVA_FLOAT_UNALIGNED, values + 4L * i, value);
      if (!kept) {
        ALL.set(JAVA_BYTE, positions + i, NormPool.NOWHERE);
      }
    }
  }
}
