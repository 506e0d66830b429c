package org.chagres.simd.random;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;

/**
 * Dropout: y = x / (1 - p) where the element's uniform number is at least p, else 0. The mask is not stored: the same call on
 * dy, at the same place of the stream, is the backward pass.
 */
public final class Dropout {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Integer> I =
      VectorSpecies.of(int.class, VectorShape.forBitSize(S.vectorBitSize()));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Dropout() {}

  /**
   * Forward on x or backward on dy.
   *
   * @param at where the stream stands
   * @param p probability of a zero, 0 to 1
   * @param x f32 (count)
   * @param y f32 (count); may be x itself
   */
  public static Job apply(Stream at, double p, long count, MemorySegment x, MemorySegment y) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("dropout: expected a probability of 0 to 1, got " + p);
    }
    RandomFill.checkCount(count);
    long bytes = Math.multiplyExact(count, 4L);
    return new Apply(at, p, count, Native.address(x, bytes, "x"), Native.address(y, bytes, "y"));
  }

  private static final class Apply extends RandomFill.Blocks {
    private final int threshold;
    private final float scale;
    private final long x;
    private final long y;

    Apply(Stream at, double p, long count, long x, long y) {
      super(at, count, 1.5);
      // The number k / 2^24 is at least p where k is at least this, exactly.
      this.threshold = (int) Math.ceil(p * 0x1p24);
      this.scale = p == 1 ? 0 : (float) (1 / (1 - p));
      this.x = x;
      this.y = y;
    }

    @Override
    void block(long first, int n, long words) {
      if (threshold == 0) {
        MemorySegment.copy(ALL, x + 4 * first, ALL, y + 4 * first, 4L * n);
        return;
      }
      int whole = n / S.length() * S.length();
      vectors(whole, words, x + 4 * first, y + 4 * first);
      for (int i = whole; i < n; i++) {
        boolean kept = ALL.get(JAVA_INT_UNALIGNED, words + 4L * i) >>> 8 >= threshold;
        float value = kept ? ALL.get(JAVA_FLOAT_UNALIGNED, x + 4 * (first + i)) * scale : 0f;
        ALL.set(JAVA_FLOAT_UNALIGNED, y + 4 * (first + i), value);
      }
    }

    private void vectors(int n, long words, long from, long to) {
      IntVector least = IntVector.broadcast(I, threshold);
      for (int i = 0; i < n; i += S.length()) {
        var kept =
            IntVector.fromMemorySegment(I, ALL, words + 4L * i, ORDER)
                .lanewise(VectorOperators.LSHR, 8)
                .compare(VectorOperators.GE, least);
        FloatVector.zero(S)
            .blend(FloatVector.fromMemorySegment(S, ALL, from + 4L * i, ORDER).mul(scale), kept.cast(S))
            .intoMemorySegment(ALL, to + 4L * i, ORDER);
      }
    }
  }
}
