package org.chagres.gpu.kernel;

/** What a loss does with the values of its elements; in the order of the kernels' numbers. */
public enum Averaging {
  /** Leaves them. */
  NONE,
  /** Their mean. */
  MEAN,
  /** Their sum. */
  SUM
}
