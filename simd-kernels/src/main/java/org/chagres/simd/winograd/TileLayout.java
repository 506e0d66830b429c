package org.chagres.simd.winograd;

import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.outer.OuterTile;

/**
 * Where the transformed tiles of a block lie: 16 planes, one for each place of the 4×4 tile; in a plane, channel c of
 * tile t lies at t · tileBytes + c / {@link #CHANNELS} · blockBytes + 4 (c % CHANNELS).
 *
 * @param planeBytes from a plane to the next
 * @param blockBytes from a block of channels to the next
 * @param tileBytes from a tile to the next
 */
record TileLayout(long planeBytes, long blockBytes, long tileBytes) {

  /** Channels of a block. */
  static final int CHANNELS = OuterTile.VALUES;

  /** Bytes of a block of channels of one tile. */
  static final long BLOCK = 4L * CHANNELS;

  /** A line of cache between planes: the same place of 16 planes must not fall into one set of a cache. */
  private static final long LINE = 64;

  /** A plane is (tiles, channels), channels filled up to whole vectors. */
  static TileLayout rows(int tiles, int channels) {
    long row = 4L * Lanes.roundUp(channels);
    return new TileLayout(tiles * row + LINE, BLOCK, row);
  }

  /**
   * A plane is (blocks of channels, tiles, channels of a block): in a block tiles lie at a constant distance, so that a
   * kernel reads several from one address.
   */
  static TileLayout blocks(int tiles, int channels) {
    long bytes = tiles * BLOCK;
    return new TileLayout(Math.ceilDiv(channels, CHANNELS) * bytes + LINE, bytes, BLOCK);
  }

  /** Bytes of all planes. */
  long bytes() {
    return 16 * planeBytes;
  }
}
