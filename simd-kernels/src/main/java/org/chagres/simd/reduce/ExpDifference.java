package org.chagres.simd.reduce;

import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Exp;
import org.chagres.simd.math.Padded;

/** y = e^(x - m), where m is a vector of one repeated value or a row of its own. */
final class ExpDifference {

  /** Scratch bytes for a tail. */
  static final long BYTES = Padded.BYTES;

  private ExpDifference() {}

  /**
   * y = e^(x - m).
   *
   * @param step bytes of m an element: 0 for one repeated vector, 4 for a row
   */
  static void run(long x, long m, long step, long y, int n, long local) {
    SoftmaxMaps.shift(x, m, step, y, n);
    int whole = n - n % Lanes.COUNT;
    Exp.run(y, y, whole);
    if (whole < n) {
      Padded.load(y + 4L * whole, local, n - whole);
      Exp.run(local, local, Lanes.COUNT);
      Padded.store(local, y + 4L * whole, n - whole);
    }
  }
}
