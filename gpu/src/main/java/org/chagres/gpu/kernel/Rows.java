package org.chagres.gpu.kernel;

/**
 * A matrix to normalise: batch norm down the columns (channels), layer norm along the rows.
 *
 * @param rows rows
 * @param columns columns
 * @param eps added to the variance
 */
public record Rows(long rows, long columns, double eps) {

  /** Checks the numbers. */
  public Rows {
    Launches.atLeast(1, rows, "rows");
    Launches.atLeast(1, columns, "columns");
    Math.multiplyExact(rows, columns);
    if (!(eps >= 0)) {
      throw new IllegalArgumentException("eps: expected 0 or more, got " + eps);
    }
  }

  /** Elements. */
  public long count() {
    return rows * columns;
  }
}
