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
 * The micro-kernels over a tile of 5 by two vectors: 10 sums, 2 vectors of weights and a broadcast. A sixth pixel would
 * fit the 16 vector registers, but not its address the integer registers: C2 then keeps integers in vector registers
 * and spills a sum.
 *
 * <p>A tile reads a <em>pixel table</em>: for each pixel the address of its window in the source and of the pixel in
 * the target, 16 bytes together, as {@link Windows} writes it. A loop is single and all its addresses come from one
 * counter, which leaves integer registers over; and as C2 would hoist every load of the body to its top and spill sums
 * for them (a spilled sum halves the speed), a load fence, on x86 no instruction, keeps each load beside its use. The
 * sums go to a small buffer: with the target's addresses and what was there the method would outgrow C1's registers and
 * C2's nodes, and be stuck in a slow tier.
 */
final class Tile5x2 {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;
  private static final long ROW = 2 * VECTOR;

  private Tile5x2() {}

  /**
   * A panel of the reduction for 5 pixels by two vectors of channels.
   *
   * @param panel how many values of a window it has, then bytes from the window's start to each, as ints
   * @param pixels the table entry of the first pixel
   * @param weight two vectors for each value of the panel
   * @param sums 5 by two vectors, written
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
    FloatVector s0b = FloatVector.zero(S);
    FloatVector s1a = FloatVector.zero(S);
    FloatVector s1b = FloatVector.zero(S);
    FloatVector s2a = FloatVector.zero(S);
    FloatVector s2b = FloatVector.zero(S);
    FloatVector s3a = FloatVector.zero(S);
    FloatVector s3b = FloatVector.zero(S);
    FloatVector s4a = FloatVector.zero(S);
    FloatVector s4b = FloatVector.zero(S);
    for (int i = 0; i < depth; i++) {
      long offset = ALL.get(JAVA_INT_UNALIGNED, offsets + 4L * i) & OFFSET;
      long at = w + ROW * i;
      var wa = FloatVector.fromMemorySegment(S, ALL, at, ORDER);
      var wb = FloatVector.fromMemorySegment(S, ALL, at + VECTOR, ORDER);
      var v0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x0 + offset));
      s0a = v0.fma(wa, s0a);
      s0b = v0.fma(wb, s0b);
      VarHandle.loadLoadFence();
      var v1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x1 + offset));
      s1a = v1.fma(wa, s1a);
      s1b = v1.fma(wb, s1b);
      VarHandle.loadLoadFence();
      var v2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x2 + offset));
      s2a = v2.fma(wa, s2a);
      s2b = v2.fma(wb, s2b);
      VarHandle.loadLoadFence();
      var v3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x3 + offset));
      s3a = v3.fma(wa, s3a);
      s3b = v3.fma(wb, s3b);
      VarHandle.loadLoadFence();
      var v4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, x4 + offset));
      s4a = v4.fma(wa, s4a);
      s4b = v4.fma(wb, s4b);
    }
    long to = sums & ADDRESS;
    s0a.intoMemorySegment(ALL, to, ORDER);
    s0b.intoMemorySegment(ALL, to + VECTOR, ORDER);
    s1a.intoMemorySegment(ALL, to + 2 * VECTOR, ORDER);
    s1b.intoMemorySegment(ALL, to + 3 * VECTOR, ORDER);
    s2a.intoMemorySegment(ALL, to + 4 * VECTOR, ORDER);
    s2b.intoMemorySegment(ALL, to + 5 * VECTOR, ORDER);
    s3a.intoMemorySegment(ALL, to + 6 * VECTOR, ORDER);
    s3b.intoMemorySegment(ALL, to + 7 * VECTOR, ORDER);
    s4a.intoMemorySegment(ALL, to + 8 * VECTOR, ORDER);
    s4b.intoMemorySegment(ALL, to + 9 * VECTOR, ORDER);
  }
}
