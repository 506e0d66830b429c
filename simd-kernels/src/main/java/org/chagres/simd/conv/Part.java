package org.chagres.simd.conv;

/**
 * A convolution, or a residue class of one, that the direct kernel does in one sweep.
 *
 * @param rows the vertical axis
 * @param cols the horizontal axis
 */
record Part(Axis rows, Axis cols) {

  /** Positions of the filter that take part. */
  int taps() {
    return rows.taps().length * cols.taps().length;
  }

  /** Target pixels of one image. */
  long pixels() {
    return (long) rows.count() * cols.count();
  }
}
