package org.chagres.simd.outer;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * Outer products of values of A and two vectors of B, summed over rows (pixels, or tiles of them) in registers and then
 * added to sums in memory.
 *
 * <p>A lies in blocks of {@link #VALUES} values, B in panels of {@link #WIDTH}, both [row][value]: rows lie at constant
 * distances, as one more integer in the loop, such as a step that isn't constant, makes C2 spill a sum, which halves
 * the speed. 6 values by two vectors take 12 sums, 2 vectors of B and a broadcast: 15 of 16 registers. 4 values take
 * what 6 leave over, so that none are wasted, and are nearly as fast. A load fence, on x86 no instruction, keeps C2
 * from hoisting all loads and spilling sums for them.
 */
public final class OuterTile {

  /** Values of a block of A. */
  public static final int VALUES = 64;

  /** Bytes of a row of a block of A. */
  public static final long STEP = 4L * VALUES;

  /** Values of a panel of B: two vectors. */
  public static final int WIDTH = 2 * Lanes.COUNT;

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;
  private static final long ROW = 2 * VECTOR;

  private OuterTile() {}

  /**
   * Adds the products of a block of A and a panel of B.
   *
   * @param values of A, a multiple of 4, {@link #VALUES} at most
   * @param a {@link #STEP} bytes for each row
   * @param b two vectors for each row
   * @param rows how many rows
   * @param sums two vectors for each value of A
   */
  public static void products(int values, long a, long b, int rows, long sums) {
    int fours = (6 - values % 6) % 6 / 2;
    int c = 0;
    for (; c < values - 4 * fours; c += 6) {
      six(a + 4L * c, b, rows, sums + ROW * c);
    }
    for (; c < values; c += 4) {
      four(a + 4L * c, b, rows, sums + ROW * c);
    }
  }

  /** Adds to the sums of six values. */
  private static void six(long a, long b, int rows, long sums) {
    long from = a & ADDRESS;
    long with = b & ADDRESS;
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s4b = FloatVector.zero(S);
    FloatVector s5a = FloatVector.zero(S);
    FloatVector s5b = FloatVector.zero(S);
    for (int i = 0; i < rows; i++) {
      long at = from + STEP * i;
      long vectors = with + ROW * i;
      var ba = FloatVector.fromMemorySegment(S, ALL, vectors, ORDER);
      var bb = FloatVector.fromMemorySegment(S, ALL, vectors + VECTOR, ORDER);
      var a0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at));
      s0a = a0.fma(ba, s0a);
      s0b = a0.fma(bb, s0b);
      VarHandle.loadLoadFence();
      var a1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 4));
      s1a = a1.fma(ba, s1a);
      s1b = a1.fma(bb, s1b);
      VarHandle.loadLoadFence();
      var a2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 8));
      s2a = a2.fma(ba, s2a);
      s2b = a2.fma(bb, s2b);
      VarHandle.loadLoadFence();
      var a3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 12));
      s3a = a3.fma(ba, s3a);
      s3b = a3.fma(bb, s3b);
      VarHandle.loadLoadFence();
      var a4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 16));
      s4a = a4.fma(ba, s4a);
      s4b = a4.fma(bb, s4b);
      VarHandle.loadLoadFence();
      var a5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 20));
      s5a = a5.fma(ba, s5a);
      s5b = a5.fma(bb, s5b);
    }
    long to = sums & ADDRESS;
    FloatVector.fromMemorySegment(S, ALL, to, ORDER).add(s0a).intoMemorySegment(ALL, to, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + VECTOR, ORDER).add(s0b).intoMemorySegment(ALL, to + VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 2 * VECTOR, ORDER)
        .add(s1a)
        .intoMemorySegment(ALL, to + 2 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 3 * VECTOR, ORDER)
        .add(s1b)
        .intoMemorySegment(ALL, to + 3 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 4 * VECTOR, ORDER)
        .add(s2a)
        .intoMemorySegment(ALL, to + 4 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 5 * VECTOR, ORDER)
        .add(s2b)
        .intoMemorySegment(ALL, to + 5 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 6 * VECTOR, ORDER)
        .add(s3a)
        .intoMemorySegment(ALL, to + 6 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 7 * VECTOR, ORDER)
        .add(s3b)
        .intoMemorySegment(ALL, to + 7 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 8 * VECTOR, ORDER)
        .add(s4a)
        .intoMemorySegment(ALL, to + 8 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 9 * VECTOR, ORDER)
        .add(s4b)
        .intoMemorySegment(ALL, to + 9 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 10 * VECTOR, ORDER)
        .add(s5a)
        .intoMemorySegment(ALL, to + 10 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 11 * VECTOR, ORDER)
        .add(s5b)
        .intoMemorySegment(ALL, to + 11 * VECTOR, ORDER);
  }

  /** Adds to the sums of four values. */
  private static void four(long a, long b, int rows, long sums) {
    long from = a & ADDRESS;
    long with = b & ADDRESS;
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    for (int i = 0; i < rows; i++) {
      long at = from + STEP * i;
      long vectors = with + ROW * i;
      var ba = FloatVector.fromMemorySegment(S, ALL, vectors, ORDER);
      var bb = FloatVector.fromMemorySegment(S, ALL, vectors + VECTOR, ORDER);
      var a0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at));
      s0a = a0.fma(ba, s0a);
      s0b = a0.fma(bb, s0b);
      VarHandle.loadLoadFence();
      var a1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 4));
      s1a = a1.fma(ba, s1a);
      s1b = a1.fma(bb, s1b);
      VarHandle.loadLoadFence();
      var a2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 8));
      s2a = a2.fma(ba, s2a);
      s2b = a2.fma(bb, s2b);
      VarHandle.loadLoadFence();
      var a3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 12));
      s3a = a3.fma(ba, s3a);
      s3b = a3.fma(bb, s3b);
    }
    long to = sums & ADDRESS;
    FloatVector.fromMemorySegment(S, ALL, to, ORDER).add(s0a).intoMemorySegment(ALL, to, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + VECTOR, ORDER).add(s0b).intoMemorySegment(ALL, to + VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 2 * VECTOR, ORDER)
        .add(s1a)
        .intoMemorySegment(ALL, to + 2 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 3 * VECTOR, ORDER)
        .add(s1b)
        .intoMemorySegment(ALL, to + 3 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 4 * VECTOR, ORDER)
        .add(s2a)
        .intoMemorySegment(ALL, to + 4 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 5 * VECTOR, ORDER)
        .add(s2b)
        .intoMemorySegment(ALL, to + 5 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 6 * VECTOR, ORDER)
        .add(s3a)
        .intoMemorySegment(ALL, to + 6 * VECTOR, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + 7 * VECTOR, ORDER)
        .add(s3b)
        .intoMemorySegment(ALL, to + 7 * VECTOR, ORDER);
  }
}
