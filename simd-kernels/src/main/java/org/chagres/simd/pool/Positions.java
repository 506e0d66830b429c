package org.chagres.simd.pool;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * Positions in a window: bytes in memory, ints in a vector. The smallest vector of bytes has eight lanes, so four go through
 * an int. A byte comes back with its sign; comparisons use the position as a signed byte too. Addresses are trusted.
 */
public final class Positions {

  /** Of positions: as many ints as there are floats in a vector. */
  public static final VectorSpecies<Integer> I =
      VectorSpecies.of(int.class, VectorShape.forBitSize(Lanes.FLOAT.vectorBitSize()));
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * Lanes.COUNT)));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Positions() {}

  /** A vector of positions. */
  public static IntVector load(long address) {
    if (Lanes.COUNT == 4) {
      int four = ALL.get(JAVA_INT_UNALIGNED, address);
      return (IntVector) IntVector.broadcast(Lanes.FOUR_BYTES, four).reinterpretAsBytes().castShape(I, 0);
    }
    return (IntVector) ByteVector.fromMemorySegment(B, ALL, address, ORDER).castShape(I, 0);
  }

  /** Writes a vector of positions. */
  public static void store(IntVector positions, long address) {
    if (Lanes.COUNT == 4) {
      ALL.set(JAVA_INT_UNALIGNED, address, positions.castShape(B, 0).reinterpretAsInts().lane(0));
    } else {
      ((ByteVector) positions.castShape(B, 0)).intoMemorySegment(ALL, address, ORDER);
    }
  }
}
