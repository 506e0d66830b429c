package org.chagres.simd.shape;

/** Losses of a prediction x and a target t, element by element. */
public enum PairLoss {
  /** (x - t)². */
  MSE,
  /** |x - t|. */
  L1,
  /** Quadratic under beta, then linear: 0.5·d²/beta, |d| - 0.5·beta. */
  SMOOTH_L1,
  /** Quadratic under delta, then linear: 0.5·d², delta·(|d| - 0.5·delta). */
  HUBER
}
