package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.conv.Tiling.ADDRESS;
import static org.chagres.simd.conv.Tiling.OFFSET;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The micro-kernels over a tile of 6 by one vector: for the last block of channels where one vector holds what is left.
 *
 * <p>A tile reads a <em>pixel table</em>: for each pixel the address of its window in the source and of the pixel in the target,
 * 16 bytes together, as {@link Windows} writes it. The loops are single and step their addresses: with an inner loop for runs,
 * or an address worked out from the counter, C2 spills one of the sums, and a spilled sum halves the speed.
 */
final class Tile6x1 {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;

  private Tile6x1() {}

  /**
   * Adds a panel of the reduction to 6 pixels by one vector of channels.
   *
   * @param panel how many values of a window it has, then bytes from the window's start to each, as ints
   * @param pixels the table entry of the first pixel
   * @param weight one vector for each value of the panel
   * @param target bytes added to each pixel of the target
   * @param init what the first pixel's sums start from
   * @param step bytes from there to the next pixel's
   */
  static void direct(long panel, long pixels, long weight, long target, long init, long step) {
    int depth = ALL.get(JAVA_INT, panel);
    long offsets = (panel + 4) & ADDRESS;
    long w = weight & ADDRESS;
    long x0 = ALL.get(JAVA_LONG, pixels) & ADDRESS;
    long x1 = ALL.get(JAVA_LONG, pixels + 16) & ADDRESS;
    long x2 = ALL.get(JAVA_LONG, pixels + 32) & ADDRESS;
    long x3 = ALL.get(JAVA_LONG, pixels + 48) & ADDRESS;
    long x4 = ALL.get(JAVA_LONG, pixels + 64) & ADDRESS;
    long x5 = ALL.get(JAVA_LONG, pixels + 80) & ADDRESS;
    long from = init & ADDRESS;
    var s0a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    from = (from + step) & ADDRESS;
    var s1a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    from = (from + step) & ADDRESS;
    var s2a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    from = (from + step) & ADDRESS;
    var s3a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    from = (from + step) & ADDRESS;
    var s4a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    from = (from + step) & ADDRESS;
    var s5a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    for (int i = 0; i < depth; i++) {
      long offset = ALL.get(JAVA_INT, offsets) & OFFSET;
      offsets = (offsets + 4) & ADDRESS;
      var wa = FloatVector.fromMemorySegment(S, ALL, w, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + offset));
      s0a = v0.fma(wa, s0a);
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + offset));
      s1a = v1.fma(wa, s1a);
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + offset));
      s2a = v2.fma(wa, s2a);
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + offset));
      s3a = v3.fma(wa, s3a);
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + offset));
      s4a = v4.fma(wa, s4a);
      var v5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x5 + offset));
      s5a = v5.fma(wa, s5a);
      w = (w + VECTOR) & ADDRESS;
    }
    long y0 = (ALL.get(JAVA_LONG, pixels + 8) + target) & ADDRESS;
    s0a.intoMemorySegment(ALL, y0, ORDER);
    long y1 = (ALL.get(JAVA_LONG, pixels + 24) + target) & ADDRESS;
    s1a.intoMemorySegment(ALL, y1, ORDER);
    long y2 = (ALL.get(JAVA_LONG, pixels + 40) + target) & ADDRESS;
    s2a.intoMemorySegment(ALL, y2, ORDER);
    long y3 = (ALL.get(JAVA_LONG, pixels + 56) + target) & ADDRESS;
    s3a.intoMemorySegment(ALL, y3, ORDER);
    long y4 = (ALL.get(JAVA_LONG, pixels + 72) + target) & ADDRESS;
    s4a.intoMemorySegment(ALL, y4, ORDER);
    long y5 = (ALL.get(JAVA_LONG, pixels + 88) + target) & ADDRESS;
    s5a.intoMemorySegment(ALL, y5, ORDER);
  }

  /**
   * Adds the outer products of 6 values of the window and one vector of the output's gradient, over pixels.
   *
   * @param offsets bytes from a window's start to each of the six values, as ints
   * @param pixels the table entry of the first pixel
   * @param count how many pixels
   * @param dy the gradient, one vector for each pixel
   * @param sums 6 by one vector, added to
   */
  static void outer(long offsets, long pixels, int count, long dy, long sums) {
    long o0 = ALL.get(JAVA_INT, offsets) & OFFSET;
    long o1 = ALL.get(JAVA_INT, offsets + 4) & OFFSET;
    long o2 = ALL.get(JAVA_INT, offsets + 8) & OFFSET;
    long o3 = ALL.get(JAVA_INT, offsets + 12) & OFFSET;
    long o4 = ALL.get(JAVA_INT, offsets + 16) & OFFSET;
    long o5 = ALL.get(JAVA_INT, offsets + 20) & OFFSET;
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s5a = FloatVector.zero(S);
    long table = pixels & ADDRESS;
    long d = dy & ADDRESS;
    for (int i = 0; i < count; i++) {
      long x = ALL.get(JAVA_LONG, table) & ADDRESS;
      table = (table + 16) & ADDRESS;
      var da = FloatVector.fromMemorySegment(S, ALL, d, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o0));
      s0a = v0.fma(da, s0a);
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o1));
      s1a = v1.fma(da, s1a);
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o2));
      s2a = v2.fma(da, s2a);
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o3));
      s3a = v3.fma(da, s3a);
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o4));
      s4a = v4.fma(da, s4a);
      var v5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o5));
      s5a = v5.fma(da, s5a);
      d = (d + VECTOR) & ADDRESS;
    }
    long to = sums & ADDRESS;
    add(s0a, to);
    add(s1a, to + VECTOR);
    add(s2a, to + 2 * VECTOR);
    add(s3a, to + 3 * VECTOR);
    add(s4a, to + 4 * VECTOR);
    add(s5a, to + 5 * VECTOR);
  }

  private static void add(FloatVector v, long at) {
    v.add(FloatVector.fromMemorySegment(S, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
  }
}
