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
 * <p>V lies in panels of a vector of channels, [tile][channel]; M in panels of two, likewise. 6 rows by two vectors take
 * 12 sums, 2 vectors of M and a broadcast: 15 of 16 registers. One more integer in the loop than these few, such as a
 * step from tile to tile that isn't constant, and C2 spills a sum, which halves the speed. So panels are a constant
 * distance apart, and a tile takes two channels of each of three panels, which, unlike six channels of one, divides
 * panels of any width. A load fence, on x86 no instruction, keeps C2 from hoisting all loads and spilling sums for
 * them.
 */
final class OuterTile {

  /** Channels of a panel of M: two vectors. */
  static final int WIDTH = 2 * Lanes.COUNT;

  /** Tiles that a panel has room for. */
  static final int TILES = 64;

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;
  private static final long ROW = 2 * VECTOR;

  /** Bytes from a panel of V to the next; a line more than it holds, so that panels fall into different sets of a cache. */
  static final long PANEL = TILES * VECTOR + 64;

  private OuterTile() {}

  /**
   * All products of a plane of V and a panel of M, added to sums.
   *
   * @param panels of V
   * @param v the plane
   * @param m the panel
   * @param count how many tiles, {@link #TILES} at most
   * @param sums two vectors for each channel of V, in the order of {@link #row}
   */
  static void products(int panels, long v, long m, int count, long sums) {
    int left = panels;
    long at = sums;
    for (; left >= 3; left -= 3) {
      for (int c = 0; c < Lanes.COUNT; c += 2) {
        three(v + 4L * c, m, count, at);
        at += 6 * ROW;
      }
      v += 3 * PANEL;
    }
    if (left == 2) {
      for (int c = 0; c < Lanes.COUNT; c += 2) {
        two(v + 4L * c, m, count, at);
        at += 4 * ROW;
      }
    } else if (left == 1) {
      for (int c = 0; c < Lanes.COUNT; c += 4) {
        one(v + 4L * c, m, count, at);
        at += 4 * ROW;
      }
    }
  }

  /** The row of a channel in the sums of {@link #products}. */
  static int row(int panels, int channel) {
    int panel = channel / Lanes.COUNT;
    int c = channel % Lanes.COUNT;
    int together = Math.min(3, panels - panel / 3 * 3);
    int first = panel / 3 * 3 * Lanes.COUNT;
    return together == 1 ? first + c : first + c / 2 * 2 * together + panel % 3 * 2 + c % 2;
  }

  /** Two channels of each of three panels. */
  static void three(long v, long m, int count, long sums) {
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
      long at = a + VECTOR * i;
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
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + PANEL));
      s2a = v2.fma(ma, s2a);
      s2b = v2.fma(mb, s2b);
      VarHandle.loadLoadFence();
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + PANEL + 4));
      s3a = v3.fma(ma, s3a);
      s3b = v3.fma(mb, s3b);
      VarHandle.loadLoadFence();
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 2 * PANEL));
      s4a = v4.fma(ma, s4a);
      s4b = v4.fma(mb, s4b);
      VarHandle.loadLoadFence();
      var v5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 2 * PANEL + 4));
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

  /** Two channels of each of two panels. */
  static void two(long v, long m, int count, long sums) {
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
      long at = a + VECTOR * i;
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
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + PANEL));
      s2a = v2.fma(ma, s2a);
      s2b = v2.fma(mb, s2b);
      VarHandle.loadLoadFence();
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + PANEL + 4));
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

  /** Four channels of a panel. */
  static void one(long v, long m, int count, long sums) {
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
      long at = a + VECTOR * i;
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
