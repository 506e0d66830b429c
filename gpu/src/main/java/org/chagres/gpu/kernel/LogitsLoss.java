package org.chagres.gpu.kernel;

/**
 * Binary cross entropy over logits; the weights of positives belong to the columns.
 *
 * @param rows rows
 * @param columns columns
 * @param averaging what becomes of the elements
 */
public record LogitsLoss(long rows, long columns, Averaging averaging) {

  /** Checks the numbers. */
  public LogitsLoss {
    Launches.atLeast(0, rows, "rows");
    Launches.atLeast(1, columns, "columns");
    Math.multiplyExact(rows, columns);
  }

  long count() {
    return rows * columns;
  }
}
