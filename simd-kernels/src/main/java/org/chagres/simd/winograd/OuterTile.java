package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The micro-kernels of the filter's gradient: the outer products of some input channels of V and two vectors of output
 * channels of M, summed over tiles in registers and then added to sums in memory.
 *
 * <p>6 rows by two vectors take 12 sums, 2 vectors of M and a broadcast: 15 of 16 registers. One more integer in the
 * loop than these few, such as a step from tile to tile that isn't constant, and C2 spills a sum, which halves the
 * speed. A load fence, on x86 no instruction, keeps C2 from hoisting all loads and spilling sums for them. 4 rows take
 * what 6 leave over, so that no row is wasted, and are nearly as fast.
 */
final class OuterTile {

  /** Channels of a panel of M: two vectors. */
  static final int WIDTH = 2 * Lanes.COUNT;

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;
  private static final long ROW = 2 * VECTOR;

  private OuterTile() {}

  /**
   * Adds the products of a block of V's channels and a panel of M's.
   *
   * @param channels of V, a multiple of 4
   * @param v {@link TileLayout#BLOCK} bytes for each tile
   * @param m two vectors for each tile
   * @param count how many tiles
   * @param sums two vectors for each channel of V
   */
  static void products(int channels, long v, long m, int count, long sums) {
    int fours = (6 - channels % 6) % 6 / 2;
    int c = 0;
    for (; c < channels - 4 * fours; c += 6) {
      six(v + 4L * c, m, count, sums + ROW * c);
    }
    for (; c < channels; c += 4) {
      four(v + 4L * c, m, count, sums + ROW * c);
    }
  }

  /** Adds to the sums of six channels. */
  private static void six(long v, long m, int count, long sums) {
    long a = v & ADDRESS;
    long b = m & ADDRESS;
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
    for (int i = 0; i < count; i++) {
      long at = a + TileLayout.BLOCK * i;
      long place = b + ROW * i;
      var ma = FloatVector.fromMemorySegment(S, ALL, place, ORDER);
      var mb = FloatVector.fromMemorySegment(S, ALL, place + VECTOR, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at));
      s0a = v0.fma(ma, s0a);
      s0b = v0.fma(mb, s0b);
      VarHandle.loadLoadFence();
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 4));
      s1a = v1.fma(ma, s1a);
      s1b = v1.fma(mb, s1b);
      VarHandle.loadLoadFence();
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 8));
      s2a = v2.fma(ma, s2a);
      s2b = v2.fma(mb, s2b);
      VarHandle.loadLoadFence();
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 12));
      s3a = v3.fma(ma, s3a);
      s3b = v3.fma(mb, s3b);
      VarHandle.loadLoadFence();
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 16));
      s4a = v4.fma(ma, s4a);
      s4b = v4.fma(mb, s4b);
      VarHandle.loadLoadFence();
      var v5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 20));
      s5a = v5.fma(ma, s5a);
      s5b = v5.fma(mb, s5b);
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

  /** Adds to the sums of four channels. */
  private static void four(long v, long m, int count, long sums) {
    long a = v & ADDRESS;
    long b = m & ADDRESS;
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    for (int i = 0; i < count; i++) {
      long at = a + TileLayout.BLOCK * i;
      long place = b + ROW * i;
      var ma = FloatVector.fromMemorySegment(S, ALL, place, ORDER);
      var mb = FloatVector.fromMemorySegment(S, ALL, place + VECTOR, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at));
      s0a = v0.fma(ma, s0a);
      s0b = v0.fma(mb, s0b);
      VarHandle.loadLoadFence();
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 4));
      s1a = v1.fma(ma, s1a);
      s1b = v1.fma(mb, s1b);
      VarHandle.loadLoadFence();
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 8));
      s2a = v2.fma(ma, s2a);
      s2b = v2.fma(mb, s2b);
      VarHandle.loadLoadFence();
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 12));
      s3a = v3.fma(ma, s3a);
      s3b = v3.fma(mb, s3b);
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
