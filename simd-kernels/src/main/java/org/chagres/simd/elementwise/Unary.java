package org.chagres.simd.elementwise;

import org.chagres.simd.shape.UnaryOp;

/**
 * A function of one operand with its parameters.
 *
 * @param op which
 * @param alpha its first parameter, as {@link UnaryOp} names it
 * @param beta its second
 */
public record Unary(UnaryOp op, float alpha, float beta) {

  /** Without parameters. */
  public static Unary of(UnaryOp op) {
    return new Unary(op, 0f, 0f);
  }
}
