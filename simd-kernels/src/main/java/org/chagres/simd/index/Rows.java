package org.chagres.simd.index;

/**
 * A table and how many of its rows are picked.
 *
 * @param table rows of the table
 * @param width elements of a row
 * @param count indices
 */
public record Rows(int table, int width, long count) {

  /** Checks the numbers. */
  public Rows {
    if (table < 0 || width < 0 || count < 0 || count > (Long.MAX_VALUE >> 6) / Math.max(1, width)) {
      throw new IllegalArgumentException(
          "rows: expected sizes of 0 or more, got " + table + " rows of " + width + " and " + count + " indices");
    }
  }

  /** Bytes of the table. */
  long tableBytes() {
    return 4L * table * width;
  }

  /** Bytes of the picked rows. */
  long pickedBytes() {
    return 4L * width * count;
  }
}
