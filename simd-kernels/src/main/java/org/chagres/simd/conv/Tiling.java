package org.chagres.simd.conv;

import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.Native;

/**
 * The one table of sizes: how the micro-kernels and the caches of a machine shape the work.
 *
 * <table>
 * <caption>Tiles, pixels by vectors</caption>
 * <tr><th>lanes</th><th>machine</th><th>tile</th><th>why</th></tr>
 * <tr><td>4</td><td>NEON, 32 registers</td><td>5×4</td><td>four pipes of latency 4 want 16 sums or more</td></tr>
 * <tr><td>8</td><td>AVX2, 16 registers</td><td>5×2</td><td>10 sums, 2 weights and a broadcast; a sixth pixel's address
 * would not fit the integer registers</td></tr>
 * <tr><td>16</td><td>AVX-512, 32 registers</td><td>5×2</td><td>10 sums cover the latency of two pipes, and a
 * block of 32 channels suits usual widths</td></tr>
 * </table>
 */
final class Tiling {

  /** See {@link Native#ADDRESS}. */
  static final long ADDRESS = Native.ADDRESS;

  /** And-ing an int offset with this makes it a long that C2 knows to be small and not negative. */
  static final long OFFSET = Integer.MAX_VALUE;

  /** Floats in a vector. */
  static final int LANES = Lanes.COUNT;

  /** Bytes of a vector. */
  static final long VECTOR = 4L * LANES;

  /** Pixels (or values of a window, in the filter's gradient) of a tile. */
  static final int PIXELS = 5;

  /** Vectors of channels in a tile. */
  static final int VECTORS = LANES == 4 ? 4 : 2;

  /** Channels in a tile: the width of a block of packed weights. */
  static final int WIDTH = VECTORS * LANES;

  /** The most values of a panel of the reduction: its weights take 20 KiB, so they stay in the first-level cache. */
  static final int DEPTH = 20 * 1024 / (4 * WIDTH);

  /** Pixels of a chunk of the direct kernel, about: enough to use a block of weights often. */
  static final int CHUNK_PIXELS = 512;

  /** Bytes of source copied for a chunk, about: half of a small second-level cache. */
  static final long CHUNK_BYTES = 256 * 1024;

  /** Pixels of a block of the filter's gradient, about: its part of dy takes a third of the first-level cache. */
  static final int BLOCK_PIXELS = 12 * 1024 / (4 * WIDTH);

  /** Floating-point operations of a chunk at least, some 50 µs. */
  static final long CHUNK_FLOPS = 4_000_000;

  /** Floating-point operations in a nanosecond that one core does, about; for estimates only. */
  static final double FLOPS_PER_NANO = 60;

  private Tiling() {}

  /** Blocks of a number of channels. */
  static int blocks(int channels) {
    return (channels + WIDTH - 1) / WIDTH;
  }

  /**
   * Channels that a block holds with its padding: a tile's width, or one vector for the last block where that is
   * enough.
   */
  static int blockWidth(int channels, int block) {
    return channels - block * WIDTH <= LANES ? LANES : WIDTH;
  }

  /** All channels with their padding. */
  static int paddedChannels(int channels) {
    int last = blocks(channels) - 1;
    return last * WIDTH + blockWidth(channels, last);
  }
}
