package org.chagres.simd.winograd;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.outer.OuterTile;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/** What a shape decides of the filter's gradient, worked out once. */
final class FilterPlan {

  /** Tiles of a block at most. */
  static final int MOST_TILES = 96;

  /** Bytes of V that a block makes, about: they should stay in the second-level cache. */
  private static final long BLOCK_BYTES = 512 * 1024;

  private static final long MOST_SUMS = 32L << 20;

  /** Blocks of a part at least, lest clearing and combining its sums cost much. */
  private static final int BLOCKS_PER_PART = 4;

  /** Floating-point operations of a chunk at least, some 100 µs. */
  private static final long CHUNK_FLOPS = 8_000_000;

  private static final int MOST = 256;
  private static final Map<ConvShape, FilterPlan> PLANS = new ConcurrentHashMap<>();

  final TileGrid grid;
  final InputTransform inputs;
  final GradientTransform gradients;
  final TileLayout layout;
  final int outChannels;

  /** Input channels, filled up to whole vectors. */
  final int rows;

  /** Panels of output channels. */
  final int panels;

  /** Tiles of a block at most. */
  final int tiles;

  final int blocks;
  final int parts;
  final int splits;

  /** Bytes from each of the 16 sums to the next, from panel to panel, from part to part. */
  final long planeBytes;

  final long panelBytes;
  final long partBytes;

  static int TT, PARTS, SPLITS;
  FilterPlan(ConvShape s) {
    this.grid = TileGrid.of(s, ConvPass.FORWARD);
    this.outChannels = s.k();
    this.rows = Lanes.roundUp(s.c());
    this.panels = Math.ceilDiv(s.k(), OuterTile.WIDTH);
    long most = TT > 0 ? TT : Math.clamp(BLOCK_BYTES / (64L * rows), 16, MOST_TILES);
    this.blocks = Math.toIntExact(Math.ceilDiv(grid.tiles(), most));
    this.tiles = (int) Math.ceilDiv(grid.tiles(), (long) blocks);
    this.layout = TileLayout.blocks(tiles, s.c());
    this.inputs = new InputTransform(grid, layout);
    this.gradients = new GradientTransform(grid, s.k());
    this.planeBytes = 4L * rows * OuterTile.WIDTH + 64;
    this.panelBytes = 16 * planeBytes + 4L * OuterTile.WIDTH;
    this.partBytes = Math.ceilDiv(panels * panelBytes, 64) * 64;
    long work = Math.clamp(flops() / CHUNK_FLOPS, 1, 32);
    long most2 = Math.min(Math.max(1, blocks / BLOCKS_PER_PART), Math.max(1, MOST_SUMS / partBytes));
    this.parts = PARTS > 0 ? PARTS : (int) Math.min(work, most2);
    this.splits = SPLITS > 0 ? SPLITS : (int) Math.clamp(Math.ceilDiv(Math.min(work, 16), (long) parts), 1, panels);
  }

  static FilterPlan of(ConvShape shape) {
    FilterPlan known = PLANS.get(shape);
    if (known == null) {
      if (PLANS.size() >= MOST) {
        PLANS.clear(); // shapes that never come back must not pile up
      }
      known = new FilterPlan(shape);
      PLANS.put(shape, known);
    }
    return known;
  }

  /** Floating-point operations of the products. */
  long flops() {
    return 32 * grid.tiles() * rows * panels * OuterTile.WIDTH;
  }
}
