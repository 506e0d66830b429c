package org.chagres.gpu.kernel;

/**
 * How a matrix is gone through by tiles of columns: from its size alone, and whether four columns go at once.
 *
 * @param rows rows
 * @param columns columns
 * @param vector columns of a thread, 4 or 1
 */
record Columns(long rows, long columns, int vector) {

  private static final int WARP = 32;

  /** Rows that a thread goes through at least, so that a block's joins do not weigh. */
  private static final int ROWS = 8;

  /** Blocks that keep a device busy without leaving many sums to join. */
  private static final int BLOCKS = 1024;

  /** Four columns at once where they divide and all memory is aligned. */
  static Columns of(long rows, long columns, boolean wide) {
    return new Columns(rows, columns, wide && columns % 4 == 0 ? 4 : 1);
  }

  /** log2 of the threads side by side. */
  int widthLog() {
    long threads = Math.min(WARP, Launches.ceilDiv(columns, vector));
    return 64 - Long.numberOfLeadingZeros(threads - 1);
  }

  /** Blocks along the columns. */
  int tiles() {
    return (int) Launches.ceilDiv(columns, (long) vector << widthLog());
  }

  /** Blocks along the rows. */
  int chunks() {
    long step = (long) ROWS * (Kernel.THREADS >> widthLog());
    return (int) Math.clamp(Math.max(1, BLOCKS / tiles()), 1, Math.max(1, Launches.ceilDiv(rows, step)));
  }

  /** Bytes of what the chunks leave: two sums a column, double. */
  long partialBytes() {
    return 16L * columns * chunks();
  }

  Arguments write(Arguments a) {
    return a.i64(rows).i64(columns).i64(widthLog());
  }

  /** The kernel of the pair that has as many columns a thread. */
  Kernel pick(KernelTable table, String name) {
    return table.of(name, vector == 4 ? "4" : "1");
  }
}
