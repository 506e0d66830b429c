package org.chagres.simd.conv;

import org.chagres.simd.outer.OuterTile;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.PlanCache;

/**
 * What a shape decides of {@link PatchFilterJob}, worked out once.
 *
 * <p>Sums of a part lie as [panel of output channels][value of the patch, then the bias, to a multiple of 4][channel of
 * the panel]. A panel holds channels of one group only.
 *
 * @param patches how a block's patches are copied
 * @param strides of the copy of dy
 * @param channels output channels
 * @param panelsOfGroup panels of a group
 * @param parts into which pixels are cut
 * @param splits into which panels are cut
 */
record PatchPlan(Patches patches, Copies.Strides strides, int channels, int panelsOfGroup, int parts, int splits) {

  /** Pixels of a block. */
  static final int PIXELS = 64;

  /** Bytes of a block's pixels of {@link OuterTile#VALUES} values of the patch, with a line more. */
  static final long BLOCK = PIXELS * OuterTile.STEP + 64;

  /** Bytes of a block's pixels of a panel of dy. */
  static final long PANEL = PIXELS * 4L * OuterTile.WIDTH;

  /** Input channels that are combined together, so that their sums stay in the first-level cache. */
  static final int COMBINED = 16;

  private static final long MOST_SUMS = 32L << 20;

  /** Blocks of a part at least, lest clearing and combining its sums cost much. */
  private static final int BLOCKS_PER_PART = 8;

  private static final PlanCache<ConvShape, PatchPlan> PLANS = new PlanCache<>(PatchPlan::make);

  static PatchPlan of(ConvShape shape) {
    return PLANS.of(shape);
  }

  private static PatchPlan make(ConvShape s) {
    int panelsOfGroup = Math.ceilDiv(s.k() / s.groups(), OuterTile.WIDTH);
    Math.multiplyExact(panelsOfGroup, s.groups());
    var strides = new Copies.Strides(4L * s.k(), PANEL);
    var patches = new Patches(s);
    if ((long) patches.paddedDepth() * OuterTile.WIDTH > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException("convolution too large: " + s);
    }
    var whole = new PatchPlan(patches, strides, s.k(), panelsOfGroup, 1, 1);
    long work = Math.clamp(whole.flops() / (2 * Tiling.CHUNK_FLOPS), 1, 32);
    long most = Math.min(Math.max(1, whole.blocks() / BLOCKS_PER_PART), Math.max(1, MOST_SUMS / whole.partBytes()));
    int parts = (int) Math.min(work, most);
    int splits = (int) Math.clamp(Math.ceilDiv(Math.min(work, 16), (long) parts), 1, whole.panels());
    return new PatchPlan(patches, strides, s.k(), panelsOfGroup, parts, splits);
  }

  /** Panels of all groups. */
  int panels() {
    return panelsOfGroup * patches.groups();
  }

  /** Output pixels of all images. */
  long pixels() {
    return patches.pixels();
  }

  /** Blocks of pixels. */
  int blocks() {
    return Math.toIntExact(Math.ceilDiv(pixels(), PIXELS));
  }

  /** Chunks of the second phase. */
  int combines() {
    return (int) Math.clamp(partBytes() * parts / (256 * 1024), 1, panels());
  }

  /** The most panels of a split that lie in scratch together. */
  int panelsOfSplit() {
    return Math.min(panelsOfGroup, Math.ceilDiv(panels(), splits));
  }

  /** Bytes from the start of scratch to the panels of dy. */
  long panelsAt() {
    return Math.ceilDiv(patches.paddedDepth(), OuterTile.VALUES) * BLOCK;
  }

  /** Bytes from the start of scratch to where a row is copied with its border. */
  long rowAt() {
    return panelsAt() + panelsOfSplit() * PANEL;
  }

  /** Floats of a panel's sums. */
  int panelFloats() {
    return patches.paddedDepth() * OuterTile.WIDTH;
  }

  /** Bytes of a panel's sums. */
  long panelBytes() {
    return 4L * panelFloats();
  }

  /** Bytes of a part's sums. */
  long partBytes() {
    return Math.ceilDiv(panels() * panelBytes(), 64) * 64;
  }

  /** The first output channel of a panel. */
  int firstChannel(int panel) {
    int group = panel / panelsOfGroup;
    return group * (channels / patches.groups()) + (panel - group * panelsOfGroup) * OuterTile.WIDTH;
  }

  /** Output channels of a panel. */
  int channelsOf(int panel) {
    int ofGroup = channels / patches.groups();
    return Math.min(OuterTile.WIDTH, ofGroup - panel % panelsOfGroup * OuterTile.WIDTH);
  }

  /** Floating-point operations, with those of padding. */
  long flops() {
    return 2 * pixels() * patches.paddedDepth() * panels() * OuterTile.WIDTH;
  }
}
