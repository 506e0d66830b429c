package org.chagres.simd.gemm;

import static org.chagres.simd.memory.Native.address;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.parallel.Job;

/** The register tile alone, on operands already packed: the rate that no product can exceed. For measurement. */
public final class TileProduct extends Job {

  /** Rows of a tile. */
  public static final int ROWS = Tiles.MR;

  /** Columns of a tile. */
  public static final int COLUMNS = Tiles.NR;

  private final int k;
  private final int times;
  private final long a;
  private final long b;
  private final long c;

  private TileProduct(int k, int times, long a, long b, long c) {
    this.k = k;
    this.times = times;
    this.a = a;
    this.b = b;
    this.c = c;
  }

  /**
   * C += A·B, so many times over.
   *
   * @param k length of the sums
   * @param times how often, on the caller's thread
   * @param a packed: {@link #ROWS} floats for each k
   * @param b packed: {@link #COLUMNS} floats for each k
   * @param c {@link #ROWS}×{@link #COLUMNS}, row-major
   * @throws IllegalArgumentException if a number is under 1, or a segment is too small or lies on the heap
   */
  public static Job of(int k, int times, MemorySegment a, MemorySegment b, MemorySegment c) {
    if (k < 1 || times < 1) {
      throw new IllegalArgumentException("tile: expected k and times of 1 or more, got " + k + " and " + times);
    }
    return new TileProduct(
        k, times, address(a, 4L * ROWS * k, "tile: a"), address(b, 4L * COLUMNS * k, "tile: b"),
        address(c, 4L * ROWS * COLUMNS, "tile: c"));
  }

  @Override
  public int chunks(int phase) {
    return 1;
  }

  @Override
  public long estimatedNanos() {
    return 2L * ROWS * COLUMNS * k * times / 50;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    for (int i = 0; i < times; i++) {
      Tiles.tile(a, b, k, c, 4L * COLUMNS, c);
    }
  }
}
