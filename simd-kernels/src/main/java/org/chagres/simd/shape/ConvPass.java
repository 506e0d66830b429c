package org.chagres.simd.shape;

/** Which convolution kernel a weight is packed for. */
public enum ConvPass {
  /** y from x. */
  FORWARD,
  /** dx from dy. */
  BACKWARD_DATA
}
