package org.chagres.simd.shape;

/**
 * A matrix to normalise: batch norm takes statistics down the columns (channels, contiguous in a row), layer norm along the
 * rows.
 *
 * @param rows rows; N·H·W for batch norm over (N, H, W, C)
 * @param columns columns; channels for batch norm
 * @param eps added to the variance
 */
public record NormShape(int rows, int columns, double eps) {

  /** Checks the numbers. */
  public NormShape {
    ConvShape.positive("rows", rows);
    ConvShape.positive("columns", columns);
    if (!(eps >= 0)) {
      throw new IllegalArgumentException("eps: expected 0 or more, got " + eps);
    }
  }

  /** Elements. */
  public long count() {
    return (long) rows * columns;
  }
}
