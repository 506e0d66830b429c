package org.chagres.simd.shape;

/** Elementwise functions of two operands, with broadcasting. */
public enum BinaryOp {
  /** a + b. */
  ADD,
  /** a - b. */
  SUB,
  /** a · b. */
  MUL,
  /** a / b. */
  DIV,
  /** a to the power b. */
  POW,
  /** The larger; NaN where either is; equal operands share the gradient in halves. */
  MAXIMUM,
  /** The smaller; NaN where either is; equal operands share the gradient in halves. */
  MINIMUM
}
