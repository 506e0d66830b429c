package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The micro-kernels over a tile of 6 by one vector: for the last block of channels where one vector holds what is left.
 *
 * <p>A tile reads a <em>pixel table</em>: for each pixel the address of its window in the source and of the pixel in the target,
 * 16 bytes together, as {@link Windows} writes it.
 */
final class Tile6x1 {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;

  private Tile6x1() {}

  /**
   * Adds one panel of the reduction to 6 pixels by one vector of channels.
   *
   * @param panel where the values to multiply lie in a window
   * @param pixels the table entry of the first pixel
   * @param source bytes added to each window, the first channel of a group
   * @param weight the panel's weights, one vector for each value of the panel
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
    FloatVector s1a;
    FloatVector s2a;
    FloatVector s3a;
    FloatVector s4a;
    FloatVector s5a;
    if (init != 0) {
      s0a = FloatVector.fromMemorySegment(S, ALL, init, ORDER);
      s1a = s0a;
      s2a = s0a;
      s3a = s0a;
      s4a = s0a;
      s5a = s0a;
    } else {
      long y0 = ALL.get(JAVA_LONG, pixels + 8) + target;
      s0a = FloatVector.fromMemorySegment(S, ALL, y0, ORDER);
      long y1 = ALL.get(JAVA_LONG, pixels + 24) + target;
      s1a = FloatVector.fromMemorySegment(S, ALL, y1, ORDER);
      long y2 = ALL.get(JAVA_LONG, pixels + 40) + target;
      s2a = FloatVector.fromMemorySegment(S, ALL, y2, ORDER);
      long y3 = ALL.get(JAVA_LONG, pixels + 56) + target;
      s3a = FloatVector.fromMemorySegment(S, ALL, y3, ORDER);
      long y4 = ALL.get(JAVA_LONG, pixels + 72) + target;
      s4a = FloatVector.fromMemorySegment(S, ALL, y4, ORDER);
      long y5 = ALL.get(JAVA_LONG, pixels + 88) + target;
      s5a = FloatVector.fromMemorySegment(S, ALL, y5, ORDER);
    }
    long[] offsets = panel.offsets();
    int[] lengths = panel.lengths();
    long w = weight;
    for (int run = 0; run < lengths.length; run++) {
      long offset = offsets[run];
      int length = lengths[run];
      for (int i = 0; i < length; i++) {
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
        offset += 4;
        w += VECTOR;
      }
    }
    long z0 = ALL.get(JAVA_LONG, pixels + 8) + target;
    s0a.intoMemorySegment(ALL, z0, ORDER);
    long z1 = ALL.get(JAVA_LONG, pixels + 24) + target;
    s1a.intoMemorySegment(ALL, z1, ORDER);
    long z2 = ALL.get(JAVA_LONG, pixels + 40) + target;
    s2a.intoMemorySegment(ALL, z2, ORDER);
    long z3 = ALL.get(JAVA_LONG, pixels + 56) + target;
    s3a.intoMemorySegment(ALL, z3, ORDER);
    long z4 = ALL.get(JAVA_LONG, pixels + 72) + target;
    s4a.intoMemorySegment(ALL, z4, ORDER);
    long z5 = ALL.get(JAVA_LONG, pixels + 88) + target;
    s5a.intoMemorySegment(ALL, z5, ORDER);
  }

  /**
   * Adds the outer products of 6 values of the window and one vector of the output's gradient, over pixels.
   *
   * @param offsets bytes from a window's start to each of its values
   * @param at the first of the six offsets
   * @param pixels the table entry of the first pixel
   * @param count how many pixels
   * @param dy the gradient, one vector for each pixel
   * @param sums 6 by one vector, added to
   */
  static void outer(long[] offsets, int at, long pixels, int count, long dy, long sums) {
    long o0 = offsets[at];
    long o1 = offsets[at + 1];
    long o2 = offsets[at + 2];
    long o3 = offsets[at + 3];
    long o4 = offsets[at + 4];
    long o5 = offsets[at + 5];
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s5a = FloatVector.zero(S);
    long table = pixels;
    long d = dy;
    for (int i = 0; i < count; i++) {
      long x = ALL.get(JAVA_LONG, table);
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
      table += 16;
      d += VECTOR;
    }
    add(s0a, sums);
    add(s1a, sums + VECTOR);
    add(s2a, sums + 2 * VECTOR);
    add(s3a, sums + 3 * VECTOR);
    add(s4a, sums + 4 * VECTOR);
    add(s5a, sums + 5 * VECTOR);
  }

  private static void add(FloatVector v, long at) {
    v.add(FloatVector.fromMemorySegment(S, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
  }
}
