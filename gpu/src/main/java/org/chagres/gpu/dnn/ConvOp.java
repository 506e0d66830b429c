package org.chagres.gpu.dnn;

/** What is worked out of what. */
public enum ConvOp {
  /** y = conv(x, w). */
  FORWARD,
  /** y = conv(x, w) + bias. */
  FORWARD_BIAS,
  /** y = max(conv(x, w) + bias, 0). */
  FORWARD_BIAS_RELU,
  /** dx from dy and w. */
  BACKWARD_DATA,
  /** dw from x and dy. */
  BACKWARD_FILTER;

  boolean hasBias() {
    return this == FORWARD_BIAS || this == FORWARD_BIAS_RELU;
  }
}
