package org.chagres.simd.loss;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

/**
 * Values of binary cross entropy over logits: p·t·ln(1 + e^-x) + (1 - t)·ln(1 + e^x), where neither logarithm overflows and
 * nothing cancels.
 */
final class LogitsForward extends Elements {

  private final int columns;
  private final long x;
  private final long target;
  private final long positive;

  LogitsForward(Logits shape, long x, long target, long positive, long out) {
    super(shape.count(), shape.reduction(), out, 8);
    this.columns = shape.columns();
    this.x = x;
    this.target = target;
    this.positive = positive;
  }

  @Override
  void values(long first, int n, long to) {
    int column = (int) (first % columns);
    for (int i = 0; i < n; i++) {
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, x + 4 * (first + i));
      float t = ALL.get(JAVA_FLOAT_UNALIGNED, target + 4 * (first + i));
      float p = positive == 0 ? 1f : ALL.get(JAVA_FLOAT_UNALIGNED, positive + 4L * column);
      float log = log1p(Exp.of(-Math.abs(v)));
      float whenPositive = log + (v < 0 ? -v : 0f);
      float whenNegative = log + (v > 0 ? v : 0f);
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, p * t * whenPositive + (1 - t) * whenNegative);
      column = column + 1 == columns ? 0 : column + 1;
    }
  }

  /** ln(1 + u) for u of 0 to 1, by the series of 2·artanh(u / (2 + u)): its terms shrink at least ninefold. */
  static float log1p(float u) {
    float z = u / (2 + u);
    float q = z * z;
    float p = 1f / 15;
    p = Math.fma(p, q, 1f / 13);
    p = Math.fma(p, q, 1f / 11);
    p = Math.fma(p, q, 1f / 9);
    p = Math.fma(p, q, 1f / 7);
    p = Math.fma(p, q, 1f / 5);
    p = Math.fma(p, q, 1f / 3);
    return 2 * Math.fma(p * q, z, z);
  }
}
