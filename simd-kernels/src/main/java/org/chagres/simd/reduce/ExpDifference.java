package org.chagres.simd.reduce;

import static org.chagres.simd.math.Vectors.load;
import static org.chagres.simd.math.Vectors.store;

import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Exp;
import org.chagres.simd.math.Padded;

/** y = e^(x - m), where m is a vector of one repeated value or a row of its own. */
final class ExpDifference {

  /** Scratch bytes for a tail. */
  static final long BYTES = 2 * Padded.BYTES;

  private ExpDifference() {}

  /**
   * y = e^(x - m).
   *
   * @param step bytes of m an element: 0 for one repeated vector, 4 for a row
   */
  static void run(long x, long m, long step, long y, int n, long local) {
    int whole = n - n % Lanes.COUNT;
    vectors(x, m, step, y, whole);
    if (whole < n) {
      Padded.load(x + 4L * whole, local, n - whole);
      Padded.load(m + step * whole, local + Padded.BYTES, n - whole);
      vectors(local, local + Padded.BYTES, 4, local, Lanes.COUNT);
      Padded.store(local, y + 4L * whole, n - whole);
    }
  }

  private static void vectors(long x, long m, long step, long y, int n) {
    for (int i = 0; i < n; i += Lanes.COUNT) {
      store(Exp.exp(load(x + 4L * i).sub(load(m + i * step))), y + 4L * i);
    }
  }
}
