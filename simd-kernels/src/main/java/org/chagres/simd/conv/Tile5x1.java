package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.conv.Tiling.ADDRESS;
import static org.chagres.simd.conv.Tiling.OFFSET;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The micro-kernels over a tile of 5 by one vector: for the last block of channels where one vector holds what is left.
 *
 * <p>A tile reads a <em>pixel table</em>: for each pixel the address of its window in the source and of the pixel in
 * the target, 16 bytes together, as {@link Windows} writes it. A loop is single and all its addresses come from one
 * counter, which leaves integer registers over; and as C2 would hoist every load of the body to its top and spill sums
 * for them (a spilled sum halves the speed), a load fence, on x86 no instruction, keeps each load beside its use. The
 * sums go to a small buffer: with the target's addresses and what was there the method would outgrow C1's registers and
 * C2's nodes, and be stuck in a slow tier.
 */
final class Tile5x1 {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;

  private Tile5x1() {}

  /**
   * A panel of the reduction for 5 pixels by one vector of channels.
   *
   * @param panel how many values of a window it has, then bytes from the window's start to each, as ints
   * @param pixels the table entry of the first pixel
   * @param weight one vector for each value of the panel
   * @param sums 5 by one vector, written
   */
  static void direct(long panel, long pixels, long weight, long sums) {
    int depth = ALL.get(JAVA_INT_UNALIGNED, panel);
    long offsets = (panel + 4) & ADDRESS;
    long w = weight & ADDRESS;
    long x0 = ALL.get(JAVA_LONG_UNALIGNED, pixels) & ADDRESS;
    long x1 = ALL.get(JAVA_LONG_UNALIGNED, pixels + 16) & ADDRESS;
    long x2 = ALL.get(JAVA_LONG_UNALIGNED, pixels + 32) & ADDRESS;
    long x3 = ALL.get(JAVA_LONG_UNALIGNED, pixels + 48) & ADDRESS;
    long x4 = ALL.get(JAVA_LONG_UNALIGNED, pixels + 64) & ADDRESS;
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    for (int i = 0; i < depth; i++) {
      long offset = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * i) & OFFSET;
      long at = w + VECTOR * i;
      var wa = FloatVector.fromMemorySegment(S, ALL, at, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + offset));
      s0a = v0.fma(wa, s0a);
      VarHandle.loadLoadFence();
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + offset));
      s1a = v1.fma(wa, s1a);
      VarHandle.loadLoadFence();
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + offset));
      s2a = v2.fma(wa, s2a);
      VarHandle.loadLoadFence();
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + offset));
      s3a = v3.fma(wa, s3a);
      VarHandle.loadLoadFence();
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + offset));
      s4a = v4.fma(wa, s4a);
    }
    long to = sums & ADDRESS;
    s0a.intoMemorySegment(ALL, to, ORDER);
    s1a.intoMemorySegment(ALL, to + VECTOR, ORDER);
    s2a.intoMemorySegment(ALL, to + 2 * VECTOR, ORDER);
    s3a.intoMemorySegment(ALL, to + 3 * VECTOR, ORDER);
    s4a.intoMemorySegment(ALL, to + 4 * VECTOR, ORDER);
  }

  /**
   * The sum over pixels of the outer products of 5 values of the window and one vector of the output's gradient.
   *
   * @param offsets bytes from a window's start to each of the five values, as ints
   * @param pixels the table entry of the first pixel
   * @param count how many pixels
   * @param dy the gradient, one vector for each pixel
   * @param sums 5 by one vector, written
   */
  static void outer(long offsets, long pixels, int count, long dy, long sums) {
    long o0 = ALL.get(JAVA_INT_UNALIGNED, offsets) & OFFSET;
    long o1 = ALL.get(JAVA_INT_UNALIGNED, offsets + 4) & OFFSET;
    long o2 = ALL.get(JAVA_INT_UNALIGNED, offsets + 8) & OFFSET;
    long o3 = ALL.get(JAVA_INT_UNALIGNED, offsets + 12) & OFFSET;
    long o4 = ALL.get(JAVA_INT_UNALIGNED, offsets + 16) & OFFSET;
    FloatVector s0a = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    long table = pixels & ADDRESS;
    long d = dy & ADDRESS;
    for (int i = 0; i < count; i++) {
      long x = ALL.get(JAVA_LONG_UNALIGNED, table + 16L * i) & ADDRESS;
      long at = d + VECTOR * i;
      var da = FloatVector.fromMemorySegment(S, ALL, at, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o0));
      s0a = v0.fma(da, s0a);
      VarHandle.loadLoadFence();
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o1));
      s1a = v1.fma(da, s1a);
      VarHandle.loadLoadFence();
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o2));
      s2a = v2.fma(da, s2a);
      VarHandle.loadLoadFence();
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o3));
      s3a = v3.fma(da, s3a);
      VarHandle.loadLoadFence();
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x + o4));
      s4a = v4.fma(da, s4a);
    }
    long to = sums & ADDRESS;
    s0a.intoMemorySegment(ALL, to, ORDER);
    s1a.intoMemorySegment(ALL, to + VECTOR, ORDER);
    s2a.intoMemorySegment(ALL, to + 2 * VECTOR, ORDER);
    s3a.intoMemorySegment(ALL, to + 3 * VECTOR, ORDER);
    s4a.intoMemorySegment(ALL, to + 4 * VECTOR, ORDER);
  }
}
