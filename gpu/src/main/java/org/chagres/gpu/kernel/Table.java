package org.chagres.gpu.kernel;

/**
 * A table and how many of its rows are picked.
 *
 * @param rows rows of the table
 * @param width elements of a row
 * @param count indices
 */
public record Table(int rows, int width, long count) {

  /** Checks the numbers. */
  public Table {
    Launches.atLeast(0, rows, "table rows");
    Launches.atLeast(0, width, "table width");
    Launches.atLeast(0, count, "indices");
    if (count > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("indices: expected at most " + Integer.MAX_VALUE + ", got " + count);
    }
  }
}
