package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.outer.OuterTile;
import org.chagres.simd.parallel.Job;

/**
 * The gradient of the filter and of the bias: dW = Gᵀ [ Σ (Bᵀ d B) ⊙ (A dY Aᵀ) ] G, summed over all tiles, by the chain
 * rule from Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A.
 *
 * <p>Tiles are done in blocks: both transforms go to scratch, then for each of the 16 places the outer products of
 * input and output channels, summed over the block's tiles in registers, are added to sums in memory. db falls out:
 * plane (1, 1) of A dY Aᵀ holds the sum of each tile.
 *
 * <p>Phase 0 is cut by blocks, each part with sums of its own, and, where blocks are few, by output channels, at the
 * price of transforming the input once a split; phase 1 adds the parts in their order and transforms to dw.
 */
final class FilterGradient extends Job {
  private static final int LANES = Lanes.COUNT;
  private static final long VECTOR = 4L * LANES;

  private final FilterPlan plan;
  private final Addresses at;

  /**
   * Addresses of the arguments.
   *
   * @param x the input
   * @param dy the output's gradient
   * @param dw the weight's gradient
   * @param db the bias' gradient, or 0
   */
  record Addresses(long x, long dy, long dw, long db) {}

  FilterGradient(FilterPlan plan, Addresses addresses) {
    this.plan = plan;
    this.at = addresses;
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0
        ? plan.parts * plan.splits
        : (int) Math.clamp(plan.sums.bytes() * plan.parts / (256 * 1024), 1, plan.panels);
  }

  @Override
  public long localBytes() {
    return gradientAt() + plan.mostPanels() * GradientTransform.PANEL;
  }

  private long inputAt() {
    long transforms = Math.max(InputTransform.scratchBytes(), plan.gradients.scratchBytes());
    long combine = FilterTransform.scratchBytes() + 9 * LANES * VECTOR;
    return Math.ceilDiv(Math.max(transforms, combine), 64) * 64;
  }

  private long gradientAt() {
    return inputAt() + plan.layout.bytes();
  }

  @Override
  public long sharedBytes() {
    return plan.sums.bytes() * plan.parts;
  }

  @Override
  public long estimatedNanos() {
    return plan.flops() / 80;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 0) {
      sum(chunk / plan.splits, plan.panelsOfSplit[chunk % plan.splits], local, shared);
    } else {
      int chunks = chunks(1);
      int last = (int) ((chunk + 1L) * plan.panels / chunks);
      for (int p = (int) ((long) chunk * plan.panels / chunks); p < last; p++) {
        combine(p, local, shared + p * plan.panelBytes);
      }
    }
  }

  private void sum(int part, GradientTransform.Panels panels, long local, long shared) {
    long sums = shared + part * plan.sums.bytes() + panels.first() * plan.panelBytes;
    Floats.zero(sums, panels.count() * plan.panelBytes / 4);
    long v = local + inputAt();
    long m = local + gradientAt();
    int last = (int) ((part + 1L) * plan.blocks / plan.parts);
    for (int b = (int) ((long) part * plan.blocks / plan.parts); b < last; b++) {
      long first = (long) b * FilterPlan.TILES;
      int tiles = (int) Math.min(FilterPlan.TILES, plan.grid.tiles() - first);
      plan.inputs.run(at.x(), first, tiles, v, local);
      plan.gradients.run(at.dy(), first, tiles, panels, m, local);
      for (int place = 0; place < 16; place++) {
        long plane = v + place * plan.layout.planeBytes();
        for (int p = 0; p < panels.count(); p++) {
          long panel = m + p * GradientTransform.PANEL + place * GradientTransform.PLANE;
          products(plane, panel, tiles, sums + p * plan.panelBytes + place * plan.sums.plane());
        }
      }
      if (at.db() != 0) {
        for (int p = 0; p < panels.count(); p++) {
          long panel = m + p * GradientTransform.PANEL + 5 * GradientTransform.PLANE;
          GradientTransform.addTiles(panel, tiles, sums + p * plan.panelBytes + 16 * plan.sums.plane());
        }
      }
    }
  }

  /** The products of all blocks of channels of a plane of V, and a panel of M. */
  private void products(long plane, long panel, int tiles, long sums) {
    for (int c = 0; c < plan.rows; c += OuterTile.VALUES) {
      long to = sums + 4L * c * OuterTile.WIDTH;
      OuterTile.products(Math.min(OuterTile.VALUES, plan.rows - c), plane, panel, tiles, to);
      plane += plan.layout.blockBytes();
    }
  }

  /** The filters of a panel of output channels: some input channels at a time, so that they are transposed in cache. */
  private void combine(int panel, long local, long sums) {
    long rows = local + FilterTransform.scratchBytes();
    int channels = plan.grid.channels();
    for (int v = 0; v < 2; v++) {
      int k = panel * OuterTile.WIDTH + v * LANES;
      int filters = Math.min(LANES, plan.channels - k);
      if (filters <= 0) {
        return;
      }
      for (int c = 0; c < channels; c += LANES) {
        int some = Math.min(LANES, channels - c);
        for (int i = 0; i < some; i++) {
          long from = sums + 4L * (c + i) * OuterTile.WIDTH + v * VECTOR;
          FilterTransform.vector(from, plan.sums, rows + 9 * VECTOR * i, VECTOR, local);
        }
        for (int f = 0; f < filters; f++) {
          FilterTransform.row(rows + 4L * f, VECTOR, at.dw() + 36 * ((long) (k + f) * channels + c), 9 * some);
        }
      }
      if (at.db() != 0) {
        bias(k, filters, sums + 16 * plan.sums.plane() + v * VECTOR);
      }
    }
  }

  private void bias(int k, int count, long from) {
    for (int f = 0; f < count; f++) {
      float sum = 0;
      for (int p = 0; p < plan.parts; p++) {
        sum += ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * f + p * plan.sums.bytes());
      }
      ALL.set(JAVA_FLOAT_UNALIGNED, at.db() + 4L * (k + f), sum);
    }
  }
}
