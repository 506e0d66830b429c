package org.chagres.simd.winograd;

import org.chagres.simd.lanes.Lanes;

/**
 * The one table of sizes: how registers and caches of a machine shape the work.
 *
 * <table>
 * <caption>Register tiles, 4×4 tiles by vectors of channels</caption>
 * <tr><th>vector registers</th><th>machine</th><th>tile</th><th>why</th></tr>
 * <tr><td>16</td><td>AVX2</td><td>6×2</td><td>12 sums, 2 weights and a broadcast</td></tr>
 * <tr><td>32</td><td>AVX-512, NEON</td><td>8×2</td><td>16 sums; two weights a broadcast keep loads few</td></tr>
 * </table>
 */
final class Tiles {

  /** Vector registers: 32 with AVX-512 and on every 64-bit processor that isn't x86, else 16. */
  private static final int REGISTERS = Lanes.COUNT == 16 || !isX86() ? 32 : 16;

  /** Tiles of a register tile. */
  static final int ROWS = REGISTERS == 32 ? 8 : 6;

  /** Channels of a register tile: the width of a block of weights. */
  static final int WIDTH = 2 * Lanes.COUNT;

  /** Bytes of the sums of a tile in a block of channels. */
  static final long ROW = 4L * WIDTH;

  /** Bytes of transformed input of a block of tiles, about: most of a 512 KiB second-level cache. */
  static final long BLOCK_BYTES = 384 * 1024;

  /** Tiles of a block at most, and at least where there are as many: each block reads all weights. */
  static final int MOST_TILES = 96;

  static final int LEAST_TILES = 24;

  /** Tiles of a block at least where large blocks would be too few for all threads. */
  static final int FEW_TILES = 3 * ROWS;

  /** Floating-point operations of a chunk at least, counted as those of the plain algorithm; some 25 µs. */
  static final long CHUNK_FLOPS = 4_000_000;

  /** Chunks that suffice for any number of threads that is likely. */
  static final int CHUNKS = 16;

  /** Floating-point operations of the plain algorithm in a nanosecond of one core, about; for estimates only. */
  static final double FLOPS_PER_NANO = 120;

  private Tiles() {}

  private static boolean isX86() {
    String arch = System.getProperty("os.arch");
    return arch.equals("amd64") || arch.equals("x86_64") || arch.equals("i386") || arch.equals("x86");
  }

  /**
   * Sums of products over some source channels for up to {@link #ROWS} tiles by a block of channels, in one plane.
   *
   * @param rows tiles that count; all sums up to 4 rows or {@link #ROWS} are written
   * @param v the first tile, the others at distances of {@link TileLayout#BLOCK}
   * @param u weights, {@link #WIDTH} for each source channel
   * @param depth how many source channels
   * @param sums rows by {@link #WIDTH}, written
   * @param added rows by {@link #WIDTH} that are added; may be {@code sums}
   */
  static void product(int rows, long v, long u, int depth, long sums, long added) {
    if (rows <= 4) {
      Kernel4x2.product(v, u, depth, sums, added);
    } else if (ROWS == 8) {
      Kernel8x2.product(v, u, depth, sums, added);
    } else {
      Kernel6x2.product(v, u, depth, sums, added);
    }
  }
}
