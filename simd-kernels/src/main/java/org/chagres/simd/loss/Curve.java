package org.chagres.simd.loss;

/**
 * All losses of pairs as one curve of d = x - t: square · d² below the knee, slope · (|d| - knee / 2) from the knee on.
 *
 * @param knee where the line begins; NaN for none, since no |d| is at or over NaN
 * @param square factor of d²
 * @param slope of the line
 */
record Curve(float knee, float square, float slope) {

  static Curve of(Pair pair) {
    float p = pair.parameter();
    return switch (pair.loss()) {
      case MSE -> new Curve(Float.NaN, 1, 0);
      case L1 -> new Curve(0, 0, 1);
      case SMOOTH_L1 -> new Curve(p, p == 0 ? 0 : 0.5f / p, 1);
      case HUBER -> new Curve(p, 0.5f, p);
    };
  }
}
