package org.chagres.simd.math;

import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** Loading and storing a vector by address. */
public final class Vectors {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Vectors() {}

  /** The vector at an address. */
  public static FloatVector load(long address) {
    return FloatVector.fromMemorySegment(S, ALL, address, ORDER);
  }

  /** Writes a vector to an address. */
  public static void store(FloatVector v, long address) {
    v.intoMemorySegment(ALL, address, ORDER);
  }

  /** One value in every lane. */
  public static FloatVector splat(float value) {
    return FloatVector.broadcast(S, value);
  }
}
