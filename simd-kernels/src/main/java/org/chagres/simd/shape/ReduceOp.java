package org.chagres.simd.shape;

/** Reductions to one value. */
public enum ReduceOp {
  /** Sum. */
  SUM,
  /** Sum divided by the length. */
  MEAN,
  /** Product. */
  PROD,
  /** Largest; NaN where any is. */
  MAX,
  /** Smallest; NaN where any is. */
  MIN,
  /** Sum of squares. */
  SUM_SQUARES,
  /** log Σ e^x, shifted by the largest. */
  LOGSUMEXP
}
