package org.chagres.simd.winograd;

import org.chagres.simd.lanes.Lanes;

/**
 * Where the transformed tiles of a block lie: 16 planes, one for each place of the 4×4 tile; in a plane, vector v of
 * the channels of tile t lies at t / group · groupBytes + t % group · tileBytes + v · vectorBytes.
 *
 * @param planeBytes from a plane to the next
 * @param group tiles of a group
 * @param groupBytes from a group to the next
 * @param tileBytes from a tile to the next of its group
 * @param vectorBytes from a vector of channels to the next
 */
record TileLayout(long planeBytes, int group, long groupBytes, long tileBytes, long vectorBytes) {
  private static final long VECTOR = 4L * Lanes.COUNT;

  /** A line of cache between planes: the same place of 16 planes must not fall into one set of a cache. */
  private static final long LINE = 64;

  /** A plane is (tiles, channels), channels filled up to whole vectors. */
  static TileLayout rows(int tiles, int channels) {
    long row = 4L * Lanes.roundUp(channels);
    return new TileLayout(tiles * row + LINE, 1, row, 0, VECTOR);
  }

  /**
   * A plane is (groups of tiles, vectors of channels, tiles of the group, lanes): for a vector of channels all tiles of
   * a group lie at constant distances.
   */
  static TileLayout interleaved(int tiles, int group, int channels) {
    long bytes = 4L * group * Lanes.roundUp(channels);
    return new TileLayout(Math.ceilDiv(tiles, group) * bytes + LINE, group, bytes, VECTOR, group * VECTOR);
  }

  /** Bytes of all planes. */
  long bytes() {
    return 16 * planeBytes;
  }

  /** Bytes from a plane's start to a tile's first vector. */
  long tile(int tile) {
    return tile / group * groupBytes + tile % group * tileBytes;
  }
}
