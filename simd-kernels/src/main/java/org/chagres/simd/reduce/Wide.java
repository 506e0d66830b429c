package org.chagres.simd.reduce;

import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** Vectors of doubles as wide as those of floats, and of the half as many floats that are widened to them. */
final class Wide {

  /** Doubles. */
  static final VectorSpecies<Double> DOUBLE = VectorSpecies.of(double.class, Lanes.FLOAT.vectorShape());

  /** Doubles in a vector. */
  static final int LANES = DOUBLE.length();

  /** As many floats. */
  static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Lanes.FLOAT.vectorBitSize() / 2));

  private Wide() {}
}
