package org.chagres.simd.winograd;

import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.outer.OuterTile;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.PlanCache;

/**
 * What a shape decides of the filter's gradient, worked out once.
 *
 * <p>Sums of a part lie as [panel of output channels][16][input channel, to whole vectors][channel of the panel], each
 * panel followed by the bias' sums.
 */
final class FilterPlan {

  /** Tiles of a block: so many that adding to sums in memory costs little, so few that V and M stay in cache. */
  static final int TILES = 64;

  private static final long MOST_SUMS = 32L << 20;

  /** Blocks of a part at least, lest clearing and combining its sums cost much. */
  private static final int BLOCKS_PER_PART = 4;

  /** Floating-point operations of a chunk at least, some 100 µs. */
  private static final long CHUNK_FLOPS = 8_000_000;

  /** A line of cache between planes of sums: the same place of 16 must not fall into one set of a cache. */
  private static final long LINE = 64;

  private static final PlanCache<ConvShape, FilterPlan> PLANS = new PlanCache<>(FilterPlan::new);

  final TileGrid grid;
  final TileLayout layout;
  final InputTransform inputs;
  final GradientTransform gradients;

  /** Output channels. */
  final int channels;

  /** Input channels, filled up to whole vectors. */
  final int rows;

  /** Panels of output channels. */
  final int panels;

  /** Blocks of tiles. */
  final int blocks;

  /** Into how many parts the blocks are cut, and into how many splits the panels. */
  final int parts;

  final int splits;

  /** The panels of each split. */
  final GradientTransform.Panels[] panelsOfSplit;

  /** Bytes from panel to panel of sums. */
  final long panelBytes;

  /** The parts of sums. */
  final FilterTransform.Parts sums;

  private FilterPlan(ConvShape s) {
    this.grid = TileGrid.of(s, ConvPass.FORWARD);
    this.layout = TileLayout.blocks(TILES, s.c());
    this.inputs = new InputTransform(grid, layout);
    this.gradients = new GradientTransform(grid, s.k());
    this.channels = s.k();
    this.rows = Lanes.roundUp(s.c());
    this.panels = Math.ceilDiv(s.k(), OuterTile.WIDTH);
    this.blocks = Math.toIntExact(Math.ceilDiv(grid.tiles(), (long) TILES));
    long planeBytes = 4L * rows * OuterTile.WIDTH + LINE;
    this.panelBytes = 16 * planeBytes + 4L * OuterTile.WIDTH;
    long partBytes = Math.ceilDiv(panels * panelBytes, 64) * 64;
    long work = Math.clamp(flops() / CHUNK_FLOPS, 1, 32);
    long most = Math.min(Math.max(1, blocks / BLOCKS_PER_PART), Math.max(1, MOST_SUMS / partBytes));
    this.parts = (int) Math.min(work, most);
    this.splits = (int) Math.clamp(Math.ceilDiv(Math.min(work, 16), (long) parts), 1, panels);
    this.sums = new FilterTransform.Parts(parts, partBytes, planeBytes);
    this.panelsOfSplit = new GradientTransform.Panels[splits];
    for (int i = 0; i < splits; i++) {
      int first = (int) ((long) i * panels / splits);
      int last = (int) ((i + 1L) * panels / splits);
      panelsOfSplit[i] = new GradientTransform.Panels(first, last - first);
    }
  }

  static FilterPlan of(ConvShape shape) {
    return PLANS.of(shape);
  }

  /** The most panels of a split. */
  int mostPanels() {
    return Math.ceilDiv(panels, splits);
  }

  /** Floating-point operations of the products, with those of padding. */
  long flops() {
    return 32 * grid.tiles() * rows * panels * OuterTile.WIDTH;
  }
}
