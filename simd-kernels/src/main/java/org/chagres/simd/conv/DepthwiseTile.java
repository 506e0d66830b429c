package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.conv.Tiling.ADDRESS;
import static org.chagres.simd.conv.Tiling.OFFSET;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The micro-kernels for a filter of its own on each channel, over one vector of channels; pixel tables as in {@link
 * Tile5x2}.
 */
final class DepthwiseTile {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;

  private DepthwiseTile() {}

  /**
   * Sums the windows of 5 pixels.
   *
   * @param taps bytes from a window's start to each tap
   * @param pixels the table entry of the first pixel
   * @param channel bytes to the first channel, in source and target
   * @param weight of the first tap and channel
   * @param step bytes from a tap's weights to the next tap's
   * @param init the address of what the sums start from, the same for each pixel
   */
  static void direct(int[] taps, long pixels, long channel, long weight, long step, long init) {
    long x0 = (ALL.get(JAVA_LONG_UNALIGNED, pixels) + channel) & ADDRESS;
    long x1 = (ALL.get(JAVA_LONG_UNALIGNED, pixels + 16) + channel) & ADDRESS;
    long x2 = (ALL.get(JAVA_LONG_UNALIGNED, pixels + 32) + channel) & ADDRESS;
    long x3 = (ALL.get(JAVA_LONG_UNALIGNED, pixels + 48) + channel) & ADDRESS;
    long x4 = (ALL.get(JAVA_LONG_UNALIGNED, pixels + 64) + channel) & ADDRESS;
    FloatVector s0 = FloatVector.fromMemorySegment(S, ALL, init, ORDER);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    long w = weight & ADDRESS;
    for (int t = 0; t < taps.length; t++) {
      long tap = taps[t] & OFFSET;
      var v = FloatVector.fromMemorySegment(S, ALL, w, ORDER);
      s0 = FloatVector.fromMemorySegment(S, ALL, x0 + tap, ORDER).fma(v, s0);
      s1 = FloatVector.fromMemorySegment(S, ALL, x1 + tap, ORDER).fma(v, s1);
      s2 = FloatVector.fromMemorySegment(S, ALL, x2 + tap, ORDER).fma(v, s2);
      s3 = FloatVector.fromMemorySegment(S, ALL, x3 + tap, ORDER).fma(v, s3);
      s4 = FloatVector.fromMemorySegment(S, ALL, x4 + tap, ORDER).fma(v, s4);
      w = (w + step) & ADDRESS;
    }
    s0.intoMemorySegment(ALL, ALL.get(JAVA_LONG_UNALIGNED, pixels + 8) + channel, ORDER);
    s1.intoMemorySegment(ALL, ALL.get(JAVA_LONG_UNALIGNED, pixels + 24) + channel, ORDER);
    s2.intoMemorySegment(ALL, ALL.get(JAVA_LONG_UNALIGNED, pixels + 40) + channel, ORDER);
    s3.intoMemorySegment(ALL, ALL.get(JAVA_LONG_UNALIGNED, pixels + 56) + channel, ORDER);
    s4.intoMemorySegment(ALL, ALL.get(JAVA_LONG_UNALIGNED, pixels + 72) + channel, ORDER);
  }

  /**
   * The sums over pixels of the products of 5 taps and the output's gradient.
   *
   * @param offsets bytes from a window's start to each of the five, as ints
   * @param pixels the table entry of the first pixel
   * @param count how many pixels
   * @param dy the gradient, a vector for each pixel
   * @param sums 5 vectors, written
   */
  static void outer(long offsets, long pixels, int count, long dy, long sums) {
    long o0 = ALL.get(JAVA_INT_UNALIGNED, offsets) & OFFSET;
    long o1 = ALL.get(JAVA_INT_UNALIGNED, offsets + 4) & OFFSET;
    long o2 = ALL.get(JAVA_INT_UNALIGNED, offsets + 8) & OFFSET;
    long o3 = ALL.get(JAVA_INT_UNALIGNED, offsets + 12) & OFFSET;
    long o4 = ALL.get(JAVA_INT_UNALIGNED, offsets + 16) & OFFSET;
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = FloatVector.zero(S);
    FloatVector s2 = FloatVector.zero(S);
    FloatVector s3 = FloatVector.zero(S);
    FloatVector s4 = FloatVector.zero(S);
    long table = pixels & ADDRESS;
    long d = dy & ADDRESS;
    for (int i = 0; i < count; i++) {
      long x = ALL.get(JAVA_LONG_UNALIGNED, table) & ADDRESS;
      table = (table + 16) & ADDRESS;
      var v = FloatVector.fromMemorySegment(S, ALL, d, ORDER);
      s0 = FloatVector.fromMemorySegment(S, ALL, x + o0, ORDER).fma(v, s0);
      s1 = FloatVector.fromMemorySegment(S, ALL, x + o1, ORDER).fma(v, s1);
      s2 = FloatVector.fromMemorySegment(S, ALL, x + o2, ORDER).fma(v, s2);
      s3 = FloatVector.fromMemorySegment(S, ALL, x + o3, ORDER).fma(v, s3);
      s4 = FloatVector.fromMemorySegment(S, ALL, x + o4, ORDER).fma(v, s4);
      d = (d + VECTOR) & ADDRESS;
    }
    long to = sums & ADDRESS;
    s0.intoMemorySegment(ALL, to, ORDER);
    s1.intoMemorySegment(ALL, to + VECTOR, ORDER);
    s2.intoMemorySegment(ALL, to + 2 * VECTOR, ORDER);
    s3.intoMemorySegment(ALL, to + 3 * VECTOR, ORDER);
    s4.intoMemorySegment(ALL, to + 4 * VECTOR, ORDER);
  }
}
