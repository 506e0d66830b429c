package org.chagres.simd.shape;

/** Elementwise comparisons; the result is {@link DType#BOOL}. */
public enum CompareOp {
  /** a == b. */
  EQ,
  /** a != b. */
  NE,
  /** a &lt; b. */
  LT,
  /** a ≤ b. */
  LE,
  /** a &gt; b. */
  GT,
  /** a ≥ b. */
  GE
}
