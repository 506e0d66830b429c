package org.chagres.simd.reduce;

import org.chagres.simd.shape.ReduceShape;

/** Checks of geometries at the entries. */
final class Checks {

  private Checks() {}

  /** Refuses more elements than memory can hold. */
  static void elements(ReduceShape shape) {
    long limit = Long.MAX_VALUE / 64;
    long n = Math.max(1, shape.outer());
    for (long size : new long[] {Math.max(1, shape.length()), Math.max(1, shape.inner())}) {
      if (n > limit / size) {
        throw new IllegalArgumentException("reduction: too many elements in " + shape);
      }
      n *= size;
    }
  }

  /** Refuses a length of 0 where there are results. */
  static void notEmpty(ReduceShape shape, String what) {
    if (shape.length() == 0 && shape.yCount() > 0) {
      throw new IllegalArgumentException(what + ": expected a length of 1 or more, got " + shape);
    }
  }
}
