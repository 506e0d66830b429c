package org.chagres.simd.winograd;

import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.PlanCache;

/**
 * What a shape decides for a pass: how its tiles are cut into blocks and its target channels into splits.
 *
 * @param grid how images are cut into tiles
 * @param targets channels of an output image
 * @param blockTiles tiles of a block, whole register tiles
 * @param blocks of tiles
 * @param splits of the target channels, where blocks of tiles alone are too few for all threads
 * @param input the transform of a block
 * @param layout of its result
 * @param flops of the plain algorithm
 */
record Plan(
    TileGrid grid, int targets, int blockTiles, int blocks, int splits, InputTransform input, TileLayout layout,
    long flops) {

  private static final PlanCache<ConvShape, Plan> FORWARD = new PlanCache<>(s -> make(s, ConvPass.FORWARD));
  private static final PlanCache<ConvShape, Plan> BACKWARD_DATA = new PlanCache<>(s -> make(s, ConvPass.BACKWARD_DATA));

  /** The plan of a pass, worked out once. */
  static Plan of(ConvShape shape, ConvPass pass) {
    return (pass == ConvPass.FORWARD ? FORWARD : BACKWARD_DATA).of(shape);
  }

  private static Plan make(ConvShape s, ConvPass pass) {
    TileGrid grid = TileGrid.of(s, pass);
    int targets = pass == ConvPass.FORWARD ? s.k() : s.c();
    long flops = 2L * 9 * s.c() * s.k() * grid.images() * grid.outH() * grid.outW();
    int work = (int) Math.clamp(flops / Tiles.CHUNK_FLOPS, 1, Tiles.CHUNKS);
    long tiles = grid.tiles();
    long byCache = Tiles.BLOCK_BYTES / (16 * TileLayout.BLOCK * Math.ceilDiv(grid.channels(), TileLayout.CHANNELS));
    long most = Math.clamp(byCache, Tiles.LEAST_TILES, Tiles.MOST_TILES);
    long even = Math.max(Math.ceilDiv(tiles, (long) work), Tiles.FEW_TILES);
    int blockTiles = roundUp((int) Math.min(Math.min(most, even), tiles));
    int blocks = Math.toIntExact(Math.ceilDiv(tiles, (long) blockTiles));
    int splits = Math.clamp(Math.ceilDiv(work, blocks), 1, Math.ceilDiv(targets, Tiles.WIDTH));
    TileLayout layout = TileLayout.blocks(blockTiles, grid.channels());
    return new Plan(grid, targets, blockTiles, blocks, splits, new InputTransform(grid, layout), layout, flops);
  }

  private static int roundUp(int tiles) {
    return Math.ceilDiv(tiles, Tiles.ROWS) * Tiles.ROWS;
  }

  /** Blocks of target channels. */
  int targetBlocks() {
    return Math.ceilDiv(targets, Tiles.WIDTH);
  }

  /** Bytes of the packed weight. */
  long packedBytes() {
    return WeightTransform.bytes(grid.channels(), targets);
  }
}
