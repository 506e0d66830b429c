package org.chagres.simd.reduce;

import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** Vectors of doubles as wide as those of floats, and half as many floats widened to them as they are loaded. */
final class Wide {

  /** Doubles. */
  static final VectorSpecies<Double> DOUBLE = VectorSpecies.of(double.class, Lanes.FLOAT.vectorShape());

  /** Doubles in a vector. */
  static final int LANES = DOUBLE.length();

  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Lanes.FLOAT.vectorBitSize() / 2));

  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Wide() {}

  /** Loads floats as doubles. */
  static DoubleVector load(long address) {
    FloatVector v = FloatVector.fromMemorySegment(HALF, ALL, address, ORDER);
    return (DoubleVector) v.convertShape(VectorOperators.F2D, DOUBLE, 0);
  }

  /** Loads doubles. */
  static DoubleVector loadDoubles(long address) {
    return DoubleVector.fromMemorySegment(DOUBLE, ALL, address, ORDER);
  }

  /** Stores doubles. */
  static void store(DoubleVector v, long address) {
    v.intoMemorySegment(ALL, address, ORDER);
  }
}
