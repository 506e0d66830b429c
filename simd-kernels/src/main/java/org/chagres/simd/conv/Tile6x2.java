package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The micro-kernels over a tile of 6 by two vectors: 12 sums, 2 vectors of weights and a broadcast, which is what 16 registers
 * hold.
 *
 * <p>A tile reads a <em>pixel table</em>: for each pixel the address of its window in the source and of the pixel in the target,
 * 16 bytes together, as {@link Windows} writes it.
 */
final class Tile6x2 {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;
  private static final long ROW = 2 * VECTOR;

  private Tile6x2() {}

  /**
   * Adds one panel of the reduction to 6 pixels by two vectors of channels.
   *
   * @param panel where the values to multiply lie in a window
   * @param pixels the table entry of the first pixel
   * @param source bytes added to each window, the first channel of a group
   * @param weight the panel's weights, two vectors for each value of the panel
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
    FloatVector s1a;
    FloatVector s1b;
    FloatVector s2a;
    FloatVector s2b;
    FloatVector s3a;
    FloatVector s3b;
    FloatVector s4a;
    FloatVector s4b;
    FloatVector s5a;
    FloatVector s5b;
    if (init != 0) {
      s0a = FloatVector.fromMemorySegment(S, ALL, init, ORDER);
      s0b = FloatVector.fromMemorySegment(S, ALL, init + VECTOR, ORDER);
      s1a = s0a;
      s1b = s0b;
      s2a = s0a;
      s2b = s0b;
      s3a = s0a;
      s3b = s0b;
      s4a = s0a;
      s4b = s0b;
      s5a = s0a;
      s5b = s0b;
    } else {
      long y0 = ALL.get(JAVA_LONG, pixels + 8) + target;
      s0a = FloatVector.fromMemorySegment(S, ALL, y0, ORDER);
      s0b = FloatVector.fromMemorySegment(S, ALL, y0 + VECTOR, ORDER);
      long y1 = ALL.get(JAVA_LONG, pixels + 24) + target;
      s1a = FloatVector.fromMemorySegment(S, ALL, y1, ORDER);
      s1b = FloatVector.fromMemorySegment(S, ALL, y1 + VECTOR, ORDER);
      long y2 = ALL.get(JAVA_LONG, pixels + 40) + target;
      s2a = FloatVector.fromMemorySegment(S, ALL, y2, ORDER);
      s2b = FloatVector.fromMemorySegment(S, ALL, y2 + VECTOR, ORDER);
      long y3 = ALL.get(JAVA_LONG, pixels + 56) + target;
      s3a = FloatVector.fromMemorySegment(S, ALL, y3, ORDER);
      s3b = FloatVector.fromMemorySegment(S, ALL, y3 + VECTOR, ORDER);
      long y4 = ALL.get(JAVA_LONG, pixels + 72) + target;
      s4a = FloatVector.fromMemorySegment(S, ALL, y4, ORDER);
      s4b = FloatVector.fromMemorySegment(S, ALL, y4 + VECTOR, ORDER);
      long y5 = ALL.get(JAVA_LONG, pixels + 88) + target;
      s5a = FloatVector.fromMemorySegment(S, ALL, y5, ORDER);
      s5b = FloatVector.fromMemorySegment(S, ALL, y5 + VECTOR, ORDER);
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
        var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + offset));
        s0a = v0.fma(wa, s0a);
        s0b = v0.fma(wb, s0b);
        var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + offset));
        s1a = v1.fma(wa, s1a);
        s1b = v1.fma(wb, s1b);
        var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + offset));
        s2a = v2.fma(wa, s2a);
        s2b = v2.fma(wb, s2b);
        var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + offset));
        s3a = v3.fma(wa, s3a);
        s3b = v3.fma(wb, s3b);
        var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + offset));
        s4a = v4.fma(wa, s4a);
        s4b = v4.fma(wb, s4b);
        var v5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x5 + offset));
        s5a = v5.fma(wa, s5a);
        s5b = v5.fma(wb, s5b);
        offset += 4;
        w += ROW;
      }
    }
    long z0 = ALL.get(JAVA_LONG, pixels + 8) + target;
    s0a.intoMemorySegment(ALL, z0, ORDER);
    s0b.intoMemorySegment(ALL, z0 + VECTOR, ORDER);
    long z1 = ALL.get(JAVA_LONG, pixels + 24) + target;
    s1a.intoMemorySegment(ALL, z1, ORDER);
    s1b.intoMemorySegment(ALL, z1 + VECTOR, ORDER);
    long z2 = ALL.get(JAVA_LONG, pixels + 40) + target;
    s2a.intoMemorySegment(ALL, z2, ORDER);
    s2b.intoMemorySegment(ALL, z2 + VECTOR, ORDER);
    long z3 = ALL.get(JAVA_LONG, pixels + 56) + target;
    s3a.intoMemorySegment(ALL, z3, ORDER);
    s3b.intoMemorySegment(ALL, z3 + VECTOR, ORDER);
    long z4 = ALL.get(JAVA_LONG, pixels + 72) + target;
    s4a.intoMemorySegment(ALL, z4, ORDER);
    s4b.intoMemorySegment(ALL, z4 + VECTOR, ORDER);
    long z5 = ALL.get(JAVA_LONG, pixels + 88) + target;
    s5a.intoMemorySegment(ALL, z5, ORDER);
    s5b.intoMemorySegment(ALL, z5 + VECTOR, ORDER);
  }

  /**
   * Adds the outer products of 6 values of the window and two vectors of the output's gradient, over pixels.
   *
   * @param offsets bytes from a window's start to each of its values
   * @param at the first of the six offsets
   * @param pixels the table entry of the first pixel
   * @param count how many pixels
   * @param dy the gradient, two vectors for each pixel
   * @param sums 6 by two vectors, added to
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
    long table = pixels;
    long d = dy;
    for (int i = 0; i < count; i++) {
      long x = ALL.get(JAVA_LONG, table);
      var da = FloatVector.fromMemorySegment(S, ALL, d, ORDER);
      var db = FloatVector.fromMemorySegment(S, ALL, d + VECTOR, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o0));
      s0a = v0.fma(da, s0a);
      s0b = v0.fma(db, s0b);
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o1));
      s1a = v1.fma(da, s1a);
      s1b = v1.fma(db, s1b);
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o2));
      s2a = v2.fma(da, s2a);
      s2b = v2.fma(db, s2b);
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o3));
      s3a = v3.fma(da, s3a);
      s3b = v3.fma(db, s3b);
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o4));
      s4a = v4.fma(da, s4a);
      s4b = v4.fma(db, s4b);
      var v5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o5));
      s5a = v5.fma(da, s5a);
      s5b = v5.fma(db, s5b);
      table += 16;
      d += ROW;
    }
    add(s0a, sums);
    add(s0b, sums + VECTOR);
    add(s1a, sums + 2 * VECTOR);
    add(s1b, sums + 3 * VECTOR);
    add(s2a, sums + 4 * VECTOR);
    add(s2b, sums + 5 * VECTOR);
    add(s3a, sums + 6 * VECTOR);
    add(s3b, sums + 7 * VECTOR);
    add(s4a, sums + 8 * VECTOR);
    add(s4b, sums + 9 * VECTOR);
    add(s5a, sums + 10 * VECTOR);
    add(s5b, sums + 11 * VECTOR);
  }

  private static void add(FloatVector v, long at) {
    v.add(FloatVector.fromMemorySegment(S, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
  }
}
