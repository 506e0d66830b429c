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
 * The micro-kernels over a tile of 6 by four vectors: 24 sums for machines with 32 registers of four lanes, where 12 would
 * not cover the latency of the multiply-adds.
 *
 * <p>A tile reads a <em>pixel table</em>: for each pixel the address of its window in the source and of the pixel in the target,
 * 16 bytes together, as {@link Windows} writes it. The loops are single and step their addresses: with an inner loop for runs,
 * or an address worked out from the counter, C2 spills one of the sums, and a spilled sum halves the speed.
 */
final class Tile6x4 {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;
  private static final long ROW = 4 * VECTOR;

  private Tile6x4() {}

  /**
   * Adds a panel of the reduction to 6 pixels by four vectors of channels.
   *
   * @param panel how many values of a window it has, then bytes from the window's start to each, as ints
   * @param pixels the table entry of the first pixel
   * @param weight four vectors for each value of the panel
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
    var s0b = FloatVector.fromMemorySegment(S, ALL, from + VECTOR, ORDER);
    var s0c = FloatVector.fromMemorySegment(S, ALL, from + 2 * VECTOR, ORDER);
    var s0d = FloatVector.fromMemorySegment(S, ALL, from + 3 * VECTOR, ORDER);
    from = (from + step) & ADDRESS;
    var s1a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    var s1b = FloatVector.fromMemorySegment(S, ALL, from + VECTOR, ORDER);
    var s1c = FloatVector.fromMemorySegment(S, ALL, from + 2 * VECTOR, ORDER);
    var s1d = FloatVector.fromMemorySegment(S, ALL, from + 3 * VECTOR, ORDER);
    from = (from + step) & ADDRESS;
    var s2a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    var s2b = FloatVector.fromMemorySegment(S, ALL, from + VECTOR, ORDER);
    var s2c = FloatVector.fromMemorySegment(S, ALL, from + 2 * VECTOR, ORDER);
    var s2d = FloatVector.fromMemorySegment(S, ALL, from + 3 * VECTOR, ORDER);
    from = (from + step) & ADDRESS;
    var s3a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    var s3b = FloatVector.fromMemorySegment(S, ALL, from + VECTOR, ORDER);
    var s3c = FloatVector.fromMemorySegment(S, ALL, from + 2 * VECTOR, ORDER);
    var s3d = FloatVector.fromMemorySegment(S, ALL, from + 3 * VECTOR, ORDER);
    from = (from + step) & ADDRESS;
    var s4a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    var s4b = FloatVector.fromMemorySegment(S, ALL, from + VECTOR, ORDER);
    var s4c = FloatVector.fromMemorySegment(S, ALL, from + 2 * VECTOR, ORDER);
    var s4d = FloatVector.fromMemorySegment(S, ALL, from + 3 * VECTOR, ORDER);
    from = (from + step) & ADDRESS;
    var s5a = FloatVector.fromMemorySegment(S, ALL, from, ORDER);
    var s5b = FloatVector.fromMemorySegment(S, ALL, from + VECTOR, ORDER);
    var s5c = FloatVector.fromMemorySegment(S, ALL, from + 2 * VECTOR, ORDER);
    var s5d = FloatVector.fromMemorySegment(S, ALL, from + 3 * VECTOR, ORDER);
    for (int i = 0; i < depth; i++) {
      long offset = ALL.get(JAVA_INT, offsets) & OFFSET;
      offsets = (offsets + 4) & ADDRESS;
      var wa = FloatVector.fromMemorySegment(S, ALL, w, ORDER);
      var wb = FloatVector.fromMemorySegment(S, ALL, w + VECTOR, ORDER);
      var wc = FloatVector.fromMemorySegment(S, ALL, w + 2 * VECTOR, ORDER);
      var wd = FloatVector.fromMemorySegment(S, ALL, w + 3 * VECTOR, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + offset));
      s0a = v0.fma(wa, s0a);
      s0b = v0.fma(wb, s0b);
      s0c = v0.fma(wc, s0c);
      s0d = v0.fma(wd, s0d);
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + offset));
      s1a = v1.fma(wa, s1a);
      s1b = v1.fma(wb, s1b);
      s1c = v1.fma(wc, s1c);
      s1d = v1.fma(wd, s1d);
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + offset));
      s2a = v2.fma(wa, s2a);
      s2b = v2.fma(wb, s2b);
      s2c = v2.fma(wc, s2c);
      s2d = v2.fma(wd, s2d);
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + offset));
      s3a = v3.fma(wa, s3a);
      s3b = v3.fma(wb, s3b);
      s3c = v3.fma(wc, s3c);
      s3d = v3.fma(wd, s3d);
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + offset));
      s4a = v4.fma(wa, s4a);
      s4b = v4.fma(wb, s4b);
      s4c = v4.fma(wc, s4c);
      s4d = v4.fma(wd, s4d);
      var v5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x5 + offset));
      s5a = v5.fma(wa, s5a);
      s5b = v5.fma(wb, s5b);
      s5c = v5.fma(wc, s5c);
      s5d = v5.fma(wd, s5d);
      w = (w + ROW) & ADDRESS;
    }
    long y0 = (ALL.get(JAVA_LONG, pixels + 8) + target) & ADDRESS;
    s0a.intoMemorySegment(ALL, y0, ORDER);
    s0b.intoMemorySegment(ALL, y0 + VECTOR, ORDER);
    s0c.intoMemorySegment(ALL, y0 + 2 * VECTOR, ORDER);
    s0d.intoMemorySegment(ALL, y0 + 3 * VECTOR, ORDER);
    long y1 = (ALL.get(JAVA_LONG, pixels + 24) + target) & ADDRESS;
    s1a.intoMemorySegment(ALL, y1, ORDER);
    s1b.intoMemorySegment(ALL, y1 + VECTOR, ORDER);
    s1c.intoMemorySegment(ALL, y1 + 2 * VECTOR, ORDER);
    s1d.intoMemorySegment(ALL, y1 + 3 * VECTOR, ORDER);
    long y2 = (ALL.get(JAVA_LONG, pixels + 40) + target) & ADDRESS;
    s2a.intoMemorySegment(ALL, y2, ORDER);
    s2b.intoMemorySegment(ALL, y2 + VECTOR, ORDER);
    s2c.intoMemorySegment(ALL, y2 + 2 * VECTOR, ORDER);
    s2d.intoMemorySegment(ALL, y2 + 3 * VECTOR, ORDER);
    long y3 = (ALL.get(JAVA_LONG, pixels + 56) + target) & ADDRESS;
    s3a.intoMemorySegment(ALL, y3, ORDER);
    s3b.intoMemorySegment(ALL, y3 + VECTOR, ORDER);
    s3c.intoMemorySegment(ALL, y3 + 2 * VECTOR, ORDER);
    s3d.intoMemorySegment(ALL, y3 + 3 * VECTOR, ORDER);
    long y4 = (ALL.get(JAVA_LONG, pixels + 72) + target) & ADDRESS;
    s4a.intoMemorySegment(ALL, y4, ORDER);
    s4b.intoMemorySegment(ALL, y4 + VECTOR, ORDER);
    s4c.intoMemorySegment(ALL, y4 + 2 * VECTOR, ORDER);
    s4d.intoMemorySegment(ALL, y4 + 3 * VECTOR, ORDER);
    long y5 = (ALL.get(JAVA_LONG, pixels + 88) + target) & ADDRESS;
    s5a.intoMemorySegment(ALL, y5, ORDER);
    s5b.intoMemorySegment(ALL, y5 + VECTOR, ORDER);
    s5c.intoMemorySegment(ALL, y5 + 2 * VECTOR, ORDER);
    s5d.intoMemorySegment(ALL, y5 + 3 * VECTOR, ORDER);
  }

  /**
   * Adds the outer products of 6 values of the window and four vectors of the output's gradient, over pixels.
   *
   * @param offsets bytes from a window's start to each of the six values, as ints
   * @param pixels the table entry of the first pixel
   * @param count how many pixels
   * @param dy the gradient, four vectors for each pixel
   * @param sums 6 by four vectors, added to
   */
  static void outer(long offsets, long pixels, int count, long dy, long sums) {
    long o0 = ALL.get(JAVA_INT, offsets) & OFFSET;
    long o1 = ALL.get(JAVA_INT, offsets + 4) & OFFSET;
    long o2 = ALL.get(JAVA_INT, offsets + 8) & OFFSET;
    long o3 = ALL.get(JAVA_INT, offsets + 12) & OFFSET;
    long o4 = ALL.get(JAVA_INT, offsets + 16) & OFFSET;
    long o5 = ALL.get(JAVA_INT, offsets + 20) & OFFSET;
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s0c = FloatVector.zero(S);
    FloatVector s0d = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s1c = FloatVector.zero(S);
    FloatVector s1d = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s2c = FloatVector.zero(S);
    FloatVector s2d = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    FloatVector s3c = FloatVector.zero(S);
    FloatVector s3d = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s4b = FloatVector.zero(S);
    FloatVector s4c = FloatVector.zero(S);
    FloatVector s4d = FloatVector.zero(S);
    FloatVector s5a = FloatVector.zero(S);
    FloatVector s5b = FloatVector.zero(S);
    FloatVector s5c = FloatVector.zero(S);
    FloatVector s5d = FloatVector.zero(S);
    long table = pixels & ADDRESS;
    long d = dy & ADDRESS;
    for (int i = 0; i < count; i++) {
      long x = ALL.get(JAVA_LONG, table) & ADDRESS;
      table = (table + 16) & ADDRESS;
      var da = FloatVector.fromMemorySegment(S, ALL, d, ORDER);
      var db = FloatVector.fromMemorySegment(S, ALL, d + VECTOR, ORDER);
      var dc = FloatVector.fromMemorySegment(S, ALL, d + 2 * VECTOR, ORDER);
      var dd = FloatVector.fromMemorySegment(S, ALL, d + 3 * VECTOR, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o0));
      s0a = v0.fma(da, s0a);
      s0b = v0.fma(db, s0b);
      s0c = v0.fma(dc, s0c);
      s0d = v0.fma(dd, s0d);
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o1));
      s1a = v1.fma(da, s1a);
      s1b = v1.fma(db, s1b);
      s1c = v1.fma(dc, s1c);
      s1d = v1.fma(dd, s1d);
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o2));
      s2a = v2.fma(da, s2a);
      s2b = v2.fma(db, s2b);
      s2c = v2.fma(dc, s2c);
      s2d = v2.fma(dd, s2d);
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o3));
      s3a = v3.fma(da, s3a);
      s3b = v3.fma(db, s3b);
      s3c = v3.fma(dc, s3c);
      s3d = v3.fma(dd, s3d);
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o4));
      s4a = v4.fma(da, s4a);
      s4b = v4.fma(db, s4b);
      s4c = v4.fma(dc, s4c);
      s4d = v4.fma(dd, s4d);
      var v5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o5));
      s5a = v5.fma(da, s5a);
      s5b = v5.fma(db, s5b);
      s5c = v5.fma(dc, s5c);
      s5d = v5.fma(dd, s5d);
      d = (d + ROW) & ADDRESS;
    }
    long to = sums & ADDRESS;
    add(s0a, to);
    add(s0b, to + VECTOR);
    add(s0c, to + 2 * VECTOR);
    add(s0d, to + 3 * VECTOR);
    add(s1a, to + 4 * VECTOR);
    add(s1b, to + 5 * VECTOR);
    add(s1c, to + 6 * VECTOR);
    add(s1d, to + 7 * VECTOR);
    add(s2a, to + 8 * VECTOR);
    add(s2b, to + 9 * VECTOR);
    add(s2c, to + 10 * VECTOR);
    add(s2d, to + 11 * VECTOR);
    add(s3a, to + 12 * VECTOR);
    add(s3b, to + 13 * VECTOR);
    add(s3c, to + 14 * VECTOR);
    add(s3d, to + 15 * VECTOR);
    add(s4a, to + 16 * VECTOR);
    add(s4b, to + 17 * VECTOR);
    add(s4c, to + 18 * VECTOR);
    add(s4d, to + 19 * VECTOR);
    add(s5a, to + 20 * VECTOR);
    add(s5b, to + 21 * VECTOR);
    add(s5c, to + 22 * VECTOR);
    add(s5d, to + 23 * VECTOR);
  }

  private static void add(FloatVector v, long at) {
    v.add(FloatVector.fromMemorySegment(S, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
  }
}
