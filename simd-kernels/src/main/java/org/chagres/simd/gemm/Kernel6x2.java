package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.gemm.Tiles.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The micro-kernel for 16 vector registers: a tile of 6 rows × 2 vectors of C, 12 accumulators, 2 vectors of B, one
 * of A.
 *
 * <p>C2's list scheduler hoists every load of a block to its top, which here spills accumulators and halves the
 * speed. A load fence between rows keeps each load beside its use; on x86 a load fence is no instruction. It also
 * leaves no register over: unrolling k spills again, so the loop isn't.
 */
final class Kernel6x2 {

  /** Rows of a tile. */
  static final int MR = 6;

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long V = 4L * Lanes.COUNT;
  private static final long A_STEP = 4L * MR;
  private static final long B_STEP = 2 * V;

  private Kernel6x2() {}

  /**
   * C = A·B + added, for one tile.
   *
   * @param a packed A: MR floats for each k
   * @param b packed B: two vectors for each k
   * @param kc how many k
   * @param c the tile of C
   * @param cRow bytes from a row of C to the next
   * @param added {@code c} to add to C, else one row (bias or zeros) that is added to every row
   */
  static void tile(long a, long b, int kc, long c, long cRow, long added) {
    long addedRow = added == c ? cRow : 0L;
    a &= ADDRESS;
    b &= ADDRESS;
    var c00 = FloatVector.zero(S);
    var c01 = FloatVector.zero(S);
    var c10 = FloatVector.zero(S);
    var c11 = FloatVector.zero(S);
    var c20 = FloatVector.zero(S);
    var c21 = FloatVector.zero(S);
    var c30 = FloatVector.zero(S);
    var c31 = FloatVector.zero(S);
    var c40 = FloatVector.zero(S);
    var c41 = FloatVector.zero(S);
    var c50 = FloatVector.zero(S);
    var c51 = FloatVector.zero(S);
    for (int k = 0; k < kc; k++) {
      long ak = a + k * A_STEP;
      long bk = b + k * B_STEP;
      var b0 = FloatVector.fromMemorySegment(S, ALL, bk, ORDER);
      var b1 = FloatVector.fromMemorySegment(S, ALL, bk + V, ORDER);
      var a0 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, ak));
      c00 = a0.fma(b0, c00);
      c01 = a0.fma(b1, c01);
      VarHandle.loadLoadFence();
      var a1 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, ak + 4));
      c10 = a1.fma(b0, c10);
      c11 = a1.fma(b1, c11);
      VarHandle.loadLoadFence();
      var a2 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, ak + 8));
      c20 = a2.fma(b0, c20);
      c21 = a2.fma(b1, c21);
      VarHandle.loadLoadFence();
      var a3 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, ak + 12));
      c30 = a3.fma(b0, c30);
      c31 = a3.fma(b1, c31);
      VarHandle.loadLoadFence();
      var a4 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, ak + 16));
      c40 = a4.fma(b0, c40);
      c41 = a4.fma(b1, c41);
      VarHandle.loadLoadFence();
      var a5 = FloatVector.broadcast(S, ALL.get(JAVA_FLOAT_UNALIGNED, ak + 20));
      c50 = a5.fma(b0, c50);
      c51 = a5.fma(b1, c51);
    }
    // All of C is read before any is written: rows lie a power of two apart often, and a load waits for a store not yet
    // done whose address ends in the same 12 bits.
    added &= ADDRESS;
    c00 = c00.add(FloatVector.fromMemorySegment(S, ALL, added, ORDER));
    c01 = c01.add(FloatVector.fromMemorySegment(S, ALL, added + V, ORDER));
    added = (added + addedRow) & ADDRESS;
    c10 = c10.add(FloatVector.fromMemorySegment(S, ALL, added, ORDER));
    c11 = c11.add(FloatVector.fromMemorySegment(S, ALL, added + V, ORDER));
    added = (added + addedRow) & ADDRESS;
    c20 = c20.add(FloatVector.fromMemorySegment(S, ALL, added, ORDER));
    c21 = c21.add(FloatVector.fromMemorySegment(S, ALL, added + V, ORDER));
    added = (added + addedRow) & ADDRESS;
    c30 = c30.add(FloatVector.fromMemorySegment(S, ALL, added, ORDER));
    c31 = c31.add(FloatVector.fromMemorySegment(S, ALL, added + V, ORDER));
    added = (added + addedRow) & ADDRESS;
    c40 = c40.add(FloatVector.fromMemorySegment(S, ALL, added, ORDER));
    c41 = c41.add(FloatVector.fromMemorySegment(S, ALL, added + V, ORDER));
    added = (added + addedRow) & ADDRESS;
    c50 = c50.add(FloatVector.fromMemorySegment(S, ALL, added, ORDER));
    c51 = c51.add(FloatVector.fromMemorySegment(S, ALL, added + V, ORDER));
    c &= ADDRESS;
    c00.intoMemorySegment(ALL, c, ORDER);
    c01.intoMemorySegment(ALL, c + V, ORDER);
    c = (c + cRow) & ADDRESS;
    c10.intoMemorySegment(ALL, c, ORDER);
    c11.intoMemorySegment(ALL, c + V, ORDER);
    c = (c + cRow) & ADDRESS;
    c20.intoMemorySegment(ALL, c, ORDER);
    c21.intoMemorySegment(ALL, c + V, ORDER);
    c = (c + cRow) & ADDRESS;
    c30.intoMemorySegment(ALL, c, ORDER);
    c31.intoMemorySegment(ALL, c + V, ORDER);
    c = (c + cRow) & ADDRESS;
    c40.intoMemorySegment(ALL, c, ORDER);
    c41.intoMemorySegment(ALL, c + V, ORDER);
    c = (c + cRow) & ADDRESS;
    c50.intoMemorySegment(ALL, c, ORDER);
    c51.intoMemorySegment(ALL, c + V, ORDER);
  }
}
