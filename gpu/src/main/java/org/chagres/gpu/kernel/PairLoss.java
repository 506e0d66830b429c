package org.chagres.gpu.kernel;

/**
 * A loss of pairs as a curve of d = x - t: square · d² below the knee, slope · (|d| - knee / 2) from there on.
 *
 * @param knee where the line begins; NaN for none
 * @param square factor of d²
 * @param slope of the line
 * @param averaging what becomes of the elements
 */
public record PairLoss(float knee, float square, float slope, Averaging averaging) {

  /** (x - t)². */
  public static PairLoss mse(Averaging averaging) {
    return new PairLoss(Float.NaN, 1, 0, averaging);
  }

  /** |x - t|. */
  public static PairLoss l1(Averaging averaging) {
    return new PairLoss(0, 0, 1, averaging);
  }

  /** 0.5·d²/beta under beta, then |d| - 0.5·beta; L1 where beta is 0. */
  public static PairLoss smoothL1(float beta, Averaging averaging) {
    if (!(beta >= 0)) {
      throw new IllegalArgumentException("smooth L1 loss: expected beta of 0 or more, got " + beta);
    }
    return new PairLoss(beta, beta == 0 ? 0 : 0.5f / beta, 1, averaging);
  }

  /** 0.5·d² under delta, then delta·(|d| - 0.5·delta). */
  public static PairLoss huber(float delta, Averaging averaging) {
    if (!(delta > 0)) {
      throw new IllegalArgumentException("Huber loss: expected delta above 0, got " + delta);
    }
    return new PairLoss(delta, 0.5f, delta, averaging);
  }

  Arguments write(Arguments a) {
    return a.f32(knee).f32(square).f32(slope);
  }
}
