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
 * The micro-kernel for 32 vector registers: 8 tiles by two vectors of channels, 16 sums, which cover the latency of up
 * to four pipes. Otherwise as {@link Kernel6x2}.
 */
final class Kernel8x2 {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long V = 4L * Lanes.COUNT;
  private static final long ROW = 2 * V;
  private static final long TILE = TileLayout.BLOCK;

  private Kernel8x2() {}

  /** See {@link Tiles#product}. */
  static void product(long v, long u, int depth, long sums, long added) {
    v &= ADDRESS;
    u &= ADDRESS;
    var s0a = FloatVector.zero(S);
    var s0b = FloatVector.zero(S);
    var s1a = FloatVector.zero(S);
    var s1b = FloatVector.zero(S);
    var s2a = FloatVector.zero(S);
    var s2b = FloatVector.zero(S);
    var s3a = FloatVector.zero(S);
    var s3b = FloatVector.zero(S);
    var s4a = FloatVector.zero(S);
    var s4b = FloatVector.zero(S);
    var s5a = FloatVector.zero(S);
    var s5b = FloatVector.zero(S);
    var s6a = FloatVector.zero(S);
    var s6b = FloatVector.zero(S);
    var s7a = FloatVector.zero(S);
    var s7b = FloatVector.zero(S);
    for (int k = 0; k < depth; k++) {
      long at = v + 4L * k;
      long w = u + ROW * k;
      var wa = FloatVector.fromMemorySegment(S, ALL, w, ORDER);
      var wb = FloatVector.fromMemorySegment(S, ALL, w + V, ORDER);
      var x0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at));
      s0a = x0.fma(wa, s0a);
      s0b = x0.fma(wb, s0b);
      VarHandle.loadLoadFence();
      var x1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + TILE));
      s1a = x1.fma(wa, s1a);
      s1b = x1.fma(wb, s1b);
      VarHandle.loadLoadFence();
      var x2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 2 * TILE));
      s2a = x2.fma(wa, s2a);
      s2b = x2.fma(wb, s2b);
      VarHandle.loadLoadFence();
      var x3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 3 * TILE));
      s3a = x3.fma(wa, s3a);
      s3b = x3.fma(wb, s3b);
      VarHandle.loadLoadFence();
      var x4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 4 * TILE));
      s4a = x4.fma(wa, s4a);
      s4b = x4.fma(wb, s4b);
      VarHandle.loadLoadFence();
      var x5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 5 * TILE));
      s5a = x5.fma(wa, s5a);
      s5b = x5.fma(wb, s5b);
      VarHandle.loadLoadFence();
      var x6 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 6 * TILE));
      s6a = x6.fma(wa, s6a);
      s6b = x6.fma(wb, s6b);
      VarHandle.loadLoadFence();
      var x7 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, at + 7 * TILE));
      s7a = x7.fma(wa, s7a);
      s7b = x7.fma(wb, s7b);
    }
    long to = sums & ADDRESS;
    long from = added & ADDRESS;
    s0a.add(FloatVector.fromMemorySegment(S, ALL, from, ORDER)).intoMemorySegment(ALL, to, ORDER);
    s0b.add(FloatVector.fromMemorySegment(S, ALL, from + V, ORDER)).intoMemorySegment(ALL, to + V, ORDER);
    s1a.add(FloatVector.fromMemorySegment(S, ALL, from + 2 * V, ORDER)).intoMemorySegment(ALL, to + 2 * V, ORDER);
    s1b.add(FloatVector.fromMemorySegment(S, ALL, from + 3 * V, ORDER)).intoMemorySegment(ALL, to + 3 * V, ORDER);
    s2a.add(FloatVector.fromMemorySegment(S, ALL, from + 4 * V, ORDER)).intoMemorySegment(ALL, to + 4 * V, ORDER);
    s2b.add(FloatVector.fromMemorySegment(S, ALL, from + 5 * V, ORDER)).intoMemorySegment(ALL, to + 5 * V, ORDER);
    s3a.add(FloatVector.fromMemorySegment(S, ALL, from + 6 * V, ORDER)).intoMemorySegment(ALL, to + 6 * V, ORDER);
    s3b.add(FloatVector.fromMemorySegment(S, ALL, from + 7 * V, ORDER)).intoMemorySegment(ALL, to + 7 * V, ORDER);
    s4a.add(FloatVector.fromMemorySegment(S, ALL, from + 8 * V, ORDER)).intoMemorySegment(ALL, to + 8 * V, ORDER);
    s4b.add(FloatVector.fromMemorySegment(S, ALL, from + 9 * V, ORDER)).intoMemorySegment(ALL, to + 9 * V, ORDER);
    s5a.add(FloatVector.fromMemorySegment(S, ALL, from + 10 * V, ORDER)).intoMemorySegment(ALL, to + 10 * V, ORDER);
    s5b.add(FloatVector.fromMemorySegment(S, ALL, from + 11 * V, ORDER)).intoMemorySegment(ALL, to + 11 * V, ORDER);
    s6a.add(FloatVector.fromMemorySegment(S, ALL, from + 12 * V, ORDER)).intoMemorySegment(ALL, to + 12 * V, ORDER);
    s6b.add(FloatVector.fromMemorySegment(S, ALL, from + 13 * V, ORDER)).intoMemorySegment(ALL, to + 13 * V, ORDER);
    s7a.add(FloatVector.fromMemorySegment(S, ALL, from + 14 * V, ORDER)).intoMemorySegment(ALL, to + 14 * V, ORDER);
    s7b.add(FloatVector.fromMemorySegment(S, ALL, from + 15 * V, ORDER)).intoMemorySegment(ALL, to + 15 * V, ORDER);
  }
}
