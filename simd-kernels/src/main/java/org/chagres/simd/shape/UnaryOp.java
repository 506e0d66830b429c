package org.chagres.simd.shape;

/**
 * Elementwise functions of one operand; the two parameters are named where they are used. The derivative is worked out from
 * the input or, where {@link #savesOutput}, from the output.
 */
public enum UnaryOp {
  /** max(x, 0). */
  RELU(true),
  /** x where positive, else alpha·x; alpha ≥ 0. */
  LEAKY_RELU(false),
  /** x·Φ(x), with the error function. */
  GELU(false),
  /** GELU by its tanh approximation. */
  GELU_TANH(false),
  /** x·σ(x). */
  SILU(false),
  /** 1 / (1 + e^-x). */
  SIGMOID(true),
  /** Hyperbolic tangent. */
  TANH(true),
  /** e^x. */
  EXP(true),
  /** Natural logarithm. */
  LOG(false),
  /** Square root. */
  SQRT(true),
  /** -x. */
  NEG(false),
  /** |x|; derivative 0 at 0. */
  ABS(false),
  /** x². */
  SQUARE(false),
  /** 1/x. */
  RECIPROCAL(true),
  /** alpha·x + beta. */
  AFFINE(false),
  /** x to the power alpha. */
  POW(false),
  /** x limited to alpha … beta; derivative 0 outside. */
  CLAMP(false),
  /** Sine. */
  SIN(false),
  /** Cosine. */
  COS(false);

  private final boolean savesOutput;

  UnaryOp(boolean savesOutput) {
    this.savesOutput = savesOutput;
  }

  /** Whether the derivative is worked out from the output. */
  public boolean savesOutput() {
    return savesOutput;
  }
}
