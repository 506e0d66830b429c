package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.chagres.simd.conv.Tiling.ADDRESS;
import static org.chagres.simd.conv.Tiling.OFFSET;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The micro-kernel of {@link PlaneSweep}: 3 target channels by three vectors of neighbouring pixels, 9 sums, 3 weights
 * and a vector of the source, 13 registers; with a fourth vector of pixels C2 spills two of the sums, which halves the
 * speed. All vectors are read from one address, so that a table of offsets costs no more integer registers than there
 * are. A load fence, on x86 no instruction, keeps C2 from hoisting all loads and spilling sums for them.
 */
final class PlaneTile {

  /** Target channels of a tile. */
  static final int CHANNELS = 3;

  /** Pixels of a tile. */
  static final int PIXELS = 3 * Lanes.COUNT;

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long V = 4L * Lanes.COUNT;

  private PlaneTile() {}

  /**
   * Adds the products of a tile to its sums.
   *
   * @param offsets bytes from the source to the first pixel's value of each step, as ints
   * @param depth steps
   * @param source the first pixel
   * @param weight three floats for each step
   * @param sums of the first pixel and channel
   * @param plane bytes from a channel's sums to the next channel's
   */
  static void add(long offsets, int depth, long source, long weight, long sums, long plane) {
    long table = offsets & ADDRESS;
    long from = source & ADDRESS;
    long with = weight & ADDRESS;
    var s0a = FloatVector.zero(S);
    var s0b = FloatVector.zero(S);
    var s0c = FloatVector.zero(S);
    var s1a = FloatVector.zero(S);
    var s1b = FloatVector.zero(S);
    var s1c = FloatVector.zero(S);
    var s2a = FloatVector.zero(S);
    var s2b = FloatVector.zero(S);
    var s2c = FloatVector.zero(S);
    for (int i = 0; i < depth; i++) {
      long step = i & OFFSET;
      long at = from + (ALL.get(JAVA_INT_UNALIGNED, table + 4 * step) & OFFSET);
      long w = with + 4L * CHANNELS * step;
      var w0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, w));
      var w1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, w + 4));
      var w2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, w + 8));
      var a = FloatVector.fromMemorySegment(S, ALL, at, ORDER);
      s0a = a.fma(w0, s0a);
      s1a = a.fma(w1, s1a);
      s2a = a.fma(w2, s2a);
      VarHandle.loadLoadFence();
      var b = FloatVector.fromMemorySegment(S, ALL, at + V, ORDER);
      s0b = b.fma(w0, s0b);
      s1b = b.fma(w1, s1b);
      s2b = b.fma(w2, s2b);
      VarHandle.loadLoadFence();
      var c = FloatVector.fromMemorySegment(S, ALL, at + 2 * V, ORDER);
      s0c = c.fma(w0, s0c);
      s1c = c.fma(w1, s1c);
      s2c = c.fma(w2, s2c);
    }
    long to = sums & ADDRESS;
    s0a.add(FloatVector.fromMemorySegment(S, ALL, to, ORDER)).intoMemorySegment(ALL, to, ORDER);
    s0b.add(FloatVector.fromMemorySegment(S, ALL, to + V, ORDER)).intoMemorySegment(ALL, to + V, ORDER);
    s0c.add(FloatVector.fromMemorySegment(S, ALL, to + 2 * V, ORDER)).intoMemorySegment(ALL, to + 2 * V, ORDER);
    to = (to + plane) & ADDRESS;
    s1a.add(FloatVector.fromMemorySegment(S, ALL, to, ORDER)).intoMemorySegment(ALL, to, ORDER);
    s1b.add(FloatVector.fromMemorySegment(S, ALL, to + V, ORDER)).intoMemorySegment(ALL, to + V, ORDER);
    s1c.add(FloatVector.fromMemorySegment(S, ALL, to + 2 * V, ORDER)).intoMemorySegment(ALL, to + 2 * V, ORDER);
    to = (to + plane) & ADDRESS;
    s2a.add(FloatVector.fromMemorySegment(S, ALL, to, ORDER)).intoMemorySegment(ALL, to, ORDER);
    s2b.add(FloatVector.fromMemorySegment(S, ALL, to + V, ORDER)).intoMemorySegment(ALL, to + V, ORDER);
    s2c.add(FloatVector.fromMemorySegment(S, ALL, to + 2 * V, ORDER)).intoMemorySegment(ALL, to + 2 * V, ORDER);
  }
}
