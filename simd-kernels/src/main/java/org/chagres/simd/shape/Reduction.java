package org.chagres.simd.shape;

/** What a loss does with the values of its elements. */
public enum Reduction {
  /** Leaves them. */
  NONE,
  /** Their mean. */
  MEAN,
  /** Their sum. */
  SUM
}
