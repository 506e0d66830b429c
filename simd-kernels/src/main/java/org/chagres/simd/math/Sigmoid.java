package org.chagres.simd.math;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** The logistic function σ(x) = 1 / (1 + e^-x), within 4 ulp where x is over -87.3; 0 where e^-x is infinite. */
public final class Sigmoid {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;

  private Sigmoid() {}

  /** σ(x). */
  public static FloatVector sigmoid(FloatVector x) {
    return FloatVector.broadcast(S, 1f).div(Exp.exp(x.neg()).add(1f));
  }
}
