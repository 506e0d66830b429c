package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
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
 * 16 bytes together, as {@link Windows} writes it.
 */
final class Tile6x4 {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;
  private static final long ROW = 4 * VECTOR;

  private Tile6x4() {}

  /**
   * Adds one panel of the reduction to 6 pixels by four vectors of channels.
   *
   * @param panel where the values to multiply lie in a window
   * @param pixels the table entry of the first pixel
   * @param source bytes added to each window, the first channel of a group
   * @param weight the panel's weights, four vectors for each value of the panel
   * @param target bytes added to each pixel of the target, the first channel of the block
   * @param init the address of what the sums start from, the same for each pixel; 0 to go on from the target
   */
  static void direct(Panel panel, long pixels, long source, long weight, long target, long init) {
    long x0 = ALL.get(JAVA_LONG, pixels) + source;
    long x1 = ALL.get(JAVA_LONG, pixels + 16) + source;
    long x2 = ALL.get(JAVA_LONG, pixels + 32) + source;
    long x3 = ALL.get(JAVA_LONG, pixels + 48) + source;
    long x4 = ALL.get(JAVA_LONG, pixels + 64) + source;
    long x5 = ALL.get(JAVA_LONG, pixels + 80) + source;
    FloatVector s0a;
    FloatVector s0b;
    FloatVector s0c;
    FloatVector s0d;
    FloatVector s1a;
    FloatVector s1b;
    FloatVector s1c;
    FloatVector s1d;
    FloatVector s2a;
    FloatVector s2b;
    FloatVector s2c;
    FloatVector s2d;
    FloatVector s3a;
    FloatVector s3b;
    FloatVector s3c;
    FloatVector s3d;
    FloatVector s4a;
    FloatVector s4b;
    FloatVector s4c;
    FloatVector s4d;
    FloatVector s5a;
    FloatVector s5b;
    FloatVector s5c;
    FloatVector s5d;
    if (init != 0) {
      s0a = FloatVector.fromMemorySegment(S, ALL, init, ORDER);
      s0b = FloatVector.fromMemorySegment(S, ALL, init + VECTOR, ORDER);
      s0c = FloatVector.fromMemorySegment(S, ALL, init + 2 * VECTOR, ORDER);
      s0d = FloatVector.fromMemorySegment(S, ALL, init + 3 * VECTOR, ORDER);
      s1a = s0a;
      s1b = s0b;
      s1c = s0c;
      s1d = s0d;
      s2a = s0a;
      s2b = s0b;
      s2c = s0c;
      s2d = s0d;
      s3a = s0a;
      s3b = s0b;
      s3c = s0c;
      s3d = s0d;
      s4a = s0a;
      s4b = s0b;
      s4c = s0c;
      s4d = s0d;
      s5a = s0a;
      s5b = s0b;
      s5c = s0c;
      s5d = s0d;
    } else {
      long y0 = ALL.get(JAVA_LONG, pixels + 8) + target;
      s0a = FloatVector.fromMemorySegment(S, ALL, y0, ORDER);
      s0b = FloatVector.fromMemorySegment(S, ALL, y0 + VECTOR, ORDER);
      s0c = FloatVector.fromMemorySegment(S, ALL, y0 + 2 * VECTOR, ORDER);
      s0d = FloatVector.fromMemorySegment(S, ALL, y0 + 3 * VECTOR, ORDER);
      long y1 = ALL.get(JAVA_LONG, pixels + 24) + target;
      s1a = FloatVector.fromMemorySegment(S, ALL, y1, ORDER);
      s1b = FloatVector.fromMemorySegment(S, ALL, y1 + VECTOR, ORDER);
      s1c = FloatVector.fromMemorySegment(S, ALL, y1 + 2 * VECTOR, ORDER);
      s1d = FloatVector.fromMemorySegment(S, ALL, y1 + 3 * VECTOR, ORDER);
      long y2 = ALL.get(JAVA_LONG, pixels + 40) + target;
      s2a = FloatVector.fromMemorySegment(S, ALL, y2, ORDER);
      s2b = FloatVector.fromMemorySegment(S, ALL, y2 + VECTOR, ORDER);
      s2c = FloatVector.fromMemorySegment(S, ALL, y2 + 2 * VECTOR, ORDER);
      s2d = FloatVector.fromMemorySegment(S, ALL, y2 + 3 * VECTOR, ORDER);
      long y3 = ALL.get(JAVA_LONG, pixels + 56) + target;
      s3a = FloatVector.fromMemorySegment(S, ALL, y3, ORDER);
      s3b = FloatVector.fromMemorySegment(S, ALL, y3 + VECTOR, ORDER);
      s3c = FloatVector.fromMemorySegment(S, ALL, y3 + 2 * VECTOR, ORDER);
      s3d = FloatVector.fromMemorySegment(S, ALL, y3 + 3 * VECTOR, ORDER);
      long y4 = ALL.get(JAVA_LONG, pixels + 72) + target;
      s4a = FloatVector.fromMemorySegment(S, ALL, y4, ORDER);
      s4b = FloatVector.fromMemorySegment(S, ALL, y4 + VECTOR, ORDER);
      s4c = FloatVector.fromMemorySegment(S, ALL, y4 + 2 * VECTOR, ORDER);
      s4d = FloatVector.fromMemorySegment(S, ALL, y4 + 3 * VECTOR, ORDER);
      long y5 = ALL.get(JAVA_LONG, pixels + 88) + target;
      s5a = FloatVector.fromMemorySegment(S, ALL, y5, ORDER);
      s5b = FloatVector.fromMemorySegment(S, ALL, y5 + VECTOR, ORDER);
      s5c = FloatVector.fromMemorySegment(S, ALL, y5 + 2 * VECTOR, ORDER);
      s5d = FloatVector.fromMemorySegment(S, ALL, y5 + 3 * VECTOR, ORDER);
    }
    long[] offsets = panel.offsets();
    int[] lengths = panel.lengths();
    long w = weight;
    for (int run = 0; run < lengths.length; run++) {
      long offset = offsets[run];
      int length = lengths[run];
      for (int i = 0; i < length; i++) {
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
        offset += 4;
        w += ROW;
      }
    }
    long z0 = ALL.get(JAVA_LONG, pixels + 8) + target;
    s0a.intoMemorySegment(ALL, z0, ORDER);
    s0b.intoMemorySegment(ALL, z0 + VECTOR, ORDER);
    s0c.intoMemorySegment(ALL, z0 + 2 * VECTOR, ORDER);
    s0d.intoMemorySegment(ALL, z0 + 3 * VECTOR, ORDER);
    long z1 = ALL.get(JAVA_LONG, pixels + 24) + target;
    s1a.intoMemorySegment(ALL, z1, ORDER);
    s1b.intoMemorySegment(ALL, z1 + VECTOR, ORDER);
    s1c.intoMemorySegment(ALL, z1 + 2 * VECTOR, ORDER);
    s1d.intoMemorySegment(ALL, z1 + 3 * VECTOR, ORDER);
    long z2 = ALL.get(JAVA_LONG, pixels + 40) + target;
    s2a.intoMemorySegment(ALL, z2, ORDER);
    s2b.intoMemorySegment(ALL, z2 + VECTOR, ORDER);
    s2c.intoMemorySegment(ALL, z2 + 2 * VECTOR, ORDER);
    s2d.intoMemorySegment(ALL, z2 + 3 * VECTOR, ORDER);
    long z3 = ALL.get(JAVA_LONG, pixels + 56) + target;
    s3a.intoMemorySegment(ALL, z3, ORDER);
    s3b.intoMemorySegment(ALL, z3 + VECTOR, ORDER);
    s3c.intoMemorySegment(ALL, z3 + 2 * VECTOR, ORDER);
    s3d.intoMemorySegment(ALL, z3 + 3 * VECTOR, ORDER);
    long z4 = ALL.get(JAVA_LONG, pixels + 72) + target;
    s4a.intoMemorySegment(ALL, z4, ORDER);
    s4b.intoMemorySegment(ALL, z4 + VECTOR, ORDER);
    s4c.intoMemorySegment(ALL, z4 + 2 * VECTOR, ORDER);
    s4d.intoMemorySegment(ALL, z4 + 3 * VECTOR, ORDER);
    long z5 = ALL.get(JAVA_LONG, pixels + 88) + target;
    s5a.intoMemorySegment(ALL, z5, ORDER);
    s5b.intoMemorySegment(ALL, z5 + VECTOR, ORDER);
    s5c.intoMemorySegment(ALL, z5 + 2 * VECTOR, ORDER);
    s5d.intoMemorySegment(ALL, z5 + 3 * VECTOR, ORDER);
  }

  /**
   * Adds the outer products of 6 values of the window and four vectors of the output's gradient, over pixels.
   *
   * @param offsets bytes from a window's start to each of its values
   * @param at the first of the six offsets
   * @param pixels the table entry of the first pixel
   * @param count how many pixels
   * @param dy the gradient, four vectors for each pixel
   * @param sums 6 by four vectors, added to
   */
  static void outer(long[] offsets, int at, long pixels, int count, long dy, long sums) {
    long o0 = offsets[at];
    long o1 = offsets[at + 1];
    long o2 = offsets[at + 2];
    long o3 = offsets[at + 3];
    long o4 = offsets[at + 4];
    long o5 = offsets[at + 5];
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
    long table = pixels;
    long d = dy;
    for (int i = 0; i < count; i++) {
      long x = ALL.get(JAVA_LONG, table);
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
      table += 16;
      d += ROW;
    }
    add(s0a, sums);
    add(s0b, sums + VECTOR);
    add(s0c, sums + 2 * VECTOR);
    add(s0d, sums + 3 * VECTOR);
    add(s1a, sums + 4 * VECTOR);
    add(s1b, sums + 5 * VECTOR);
    add(s1c, sums + 6 * VECTOR);
    add(s1d, sums + 7 * VECTOR);
    add(s2a, sums + 8 * VECTOR);
    add(s2b, sums + 9 * VECTOR);
    add(s2c, sums + 10 * VECTOR);
    add(s2d, sums + 11 * VECTOR);
    add(s3a, sums + 12 * VECTOR);
    add(s3b, sums + 13 * VECTOR);
    add(s3c, sums + 14 * VECTOR);
    add(s3d, sums + 15 * VECTOR);
    add(s4a, sums + 16 * VECTOR);
    add(s4b, sums + 17 * VECTOR);
    add(s4c, sums + 18 * VECTOR);
    add(s4d, sums + 19 * VECTOR);
    add(s5a, sums + 20 * VECTOR);
    add(s5b, sums + 21 * VECTOR);
    add(s5c, sums + 22 * VECTOR);
    add(s5d, sums + 23 * VECTOR);
  }

  private static void add(FloatVector v, long at) {
    v.add(FloatVector.fromMemorySegment(S, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
  }
}
