package org.chagres.simd.loss;

import org.chagres.simd.shape.Reduction;

/**
 * The geometry of a binary cross entropy over logits; the weights of positives belong to the columns.
 *
 * @param rows rows
 * @param columns columns
 * @param reduction what becomes of the elements
 */
public record Logits(int rows, int columns, Reduction reduction) {

  /** Checks the numbers. */
  public Logits {
    if (rows < 0 || columns < 1) {
      throw new IllegalArgumentException(
          "binary cross entropy: expected rows of 0 or more and columns of 1 or more, got " + rows + ", " + columns);
    }
  }

  /** Elements. */
  public long count() {
    return (long) rows * columns;
  }
}
