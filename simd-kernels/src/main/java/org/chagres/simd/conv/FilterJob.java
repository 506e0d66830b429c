package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.PlanCache;

/**
 * The gradient of the filter and of the bias for depthwise convolutions, and others where a group has but a vector of
 * output channels: outer products of windows of x and pixels of dy, summed over pixels.
 *
 * <p>Pixels are cut into blocks whose part of x and dy fits the first-level cache. For a block, x is copied with a
 * border, its channels in blocks of a vector, and dy's channels in blocks of a tile, so that both stream; then a tile
 * of 5 values of the window by a vector of channels is summed over the block's pixels in registers and added to sums in
 * shared scratch.
 *
 * <p>Phase 0 is cut by pixels (each part with sums of its own) and by blocks of dy's channels; phase 1 adds the parts
 * in their order and writes dw and db. Scratch for sums is at most 64 MiB, or one copy of the padded weight where that
 * is more.
 */
final class FilterJob extends Job {
  private static final long MOST_SUMS = 64L << 20;
  private static final int PIXELS_PER_PART = 512;

  private final View view;
  private final FilterArguments arguments;
  private final FilterLayout layout;
  private final Windows windows;
  private final int parts;
  private final int splits;

  /** What a shape decides, worked out once. */
  private record Plan(View view, Windows windows, FilterLayout layout) {

    private static final PlanCache<ConvShape, Plan> PLANS = new PlanCache<>(Plan::make);

    private static Plan make(ConvShape shape) {
      View view = View.of(shape, ConvPass.FORWARD);
      Windows windows = new Windows(view, view.parts().getFirst(), Tiling.LANES, Tiling.BLOCK_PIXELS);
      return new Plan(view, windows, new FilterLayout(view, windows));
    }
  }

  /**
   * A job.
   *
   * @param shape the geometry, checked
   * @param arguments addresses
   */
  FilterJob(ConvShape shape, FilterArguments arguments) {
    Plan plan = Plan.PLANS.of(shape);
    this.view = plan.view();
    this.arguments = arguments;
    Part part = view.parts().getFirst();
    this.windows = plan.windows();
    this.layout = plan.layout();
    int units = layout.units().length;
    long work = Math.clamp(view.flops() / (2 * Tiling.CHUNK_FLOPS), 1, 32);
    long byCache = Math.clamp(layout.sumBytes() / (192 * 1024), 1, Math.min(units, 16));
    long pixels = part.pixels() * view.images();
    long most = Math.min(Math.max(1, pixels / PIXELS_PER_PART), Math.max(1, MOST_SUMS / layout.sumBytes()));
    this.parts = (int) Math.min(Math.min(windows.chunks(), most), Math.ceilDiv(work, byCache));
    this.splits = (int) Math.clamp(Math.ceilDiv(Math.min(work, 16), parts), byCache, units);
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    if (phase == 0) {
      return parts * splits;
    }
    return (int) Math.clamp(layout.sumBytes() * parts / (256 * 1024), 1, layout.units().length);
  }

  @Override
  public long localBytes() {
    return sourceAt() + windows.sourceBytes();
  }

  private long dyAt() {
    return 16L * windows.tablePixels();
  }

  private long bufferAt() {
    return dyAt() + 4L * Tiling.WIDTH * windows.tablePixels();
  }

  private long offsetsAt() {
    return bufferAt() + 4L * Tiling.WIDTH * Tiling.PIXELS;
  }

  private long sourceAt() {
    return Math.ceilDiv(offsetsAt() + 4L * layout.paddedDepth(), 64) * 64;
  }

  @Override
  public long sharedBytes() {
    return layout.sumBytes() * parts;
  }

  @Override
  public long estimatedNanos() {
    return (long) (view.flops() / Tiling.FLOPS_PER_NANO);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    int cuts = phase == 0 ? splits : chunks(1);
    int units = layout.units().length;
    int split = chunk % cuts;
    int first = (int) ((long) split * units / cuts);
    int last = (int) ((split + 1L) * units / cuts);
    if (phase == 0) {
      sum(chunk / splits, first, last, local, shared);
    } else {
      for (int u = first; u < last; u++) {
        combine(layout.units()[u], shared);
      }
    }
  }

  private void sum(int part, int firstUnit, int lastUnit, long local, long shared) {
    long sums = shared + part * layout.sumBytes();
    for (int u = firstUnit; u < lastUnit; u++) {
      FilterLayout.Unit unit = layout.units()[u];
      Copies.zero(sums + unit.sumsAt(), layout.sumFloats(unit));
    }
    int last = (int) ((part + 1L) * windows.chunks() / parts);
    for (int b = (int) ((long) part * windows.chunks() / parts); b < last; b++) {
      int pixels = windows.prepare(b, arguments.x(), arguments.dy(), local, local + sourceAt());
      for (int u = firstUnit; u < lastUnit; u++) {
        FilterLayout.Unit unit = layout.units()[u];
        long dy = local + dyAt();
        long from = arguments.dy() + 4 * (windows.firstPixel(b) * view.target().c() + unit.first());
        var strides = new Copies.Strides(4L * view.target().c(), 4L * unit.width());
        Copies.pixels(from, dy, pixels, unit.channels(), unit.width(), strides);
        layout.writeOffsets(unit, local + offsetsAt());
        outer(unit, local, pixels, sums + unit.sumsAt());
      }
    }
  }

  private void outer(FilterLayout.Unit unit, long local, int pixels, long sums) {
    long dy = local + dyAt();
    long offsets = local + offsetsAt();
    long buffer = local + bufferAt();
    long at = sums;
    long tile = 4L * Tiling.PIXELS * unit.width();
    for (int d = 0; d < layout.paddedDepth(); d += Tiling.PIXELS) {
      if (view.depthwise()) {
        DepthwiseTile.outer(offsets, local, pixels, dy, buffer);
      } else {
        Tile5x1.outer(offsets, local, pixels, dy, buffer);
      }
      Copies.add(buffer, at, Tiling.PIXELS * unit.width());
      at += tile;
      offsets += 4L * Tiling.PIXELS;
    }
    if (arguments.db() != 0) {
      Copies.addRows(dy, pixels, unit.width(), at);
    }
  }

  private void combine(FilterLayout.Unit unit, long shared) {
    long sums = shared + unit.sumsAt();
    for (int p = 1; p < parts; p++) {
      Copies.add(sums + p * layout.sumBytes(), sums, layout.sumFloats(unit));
    }
    int[] places = layout.places();
    for (int c = 0; c < unit.channels(); c++) {
      long row = arguments.dw() + 4L * places.length * (unit.first() + c);
      long at = sums + 4L * c;
      for (int d = 0; d < places.length; d++) {
        ALL.set(JAVA_FLOAT_UNALIGNED, row + 4L * places[d], ALL.get(JAVA_FLOAT_UNALIGNED, at));
        at += 4L * unit.width();
      }
    }
    if (arguments.db() != 0) {
      long bias = sums + 4L * layout.paddedDepth() * unit.width();
      Copies.copy(bias, arguments.db() + 4L * unit.first(), unit.channels());
    }
  }
}
