package org.chagres.simd.winograd;

import java.lang.foreign.MemorySegment;
import static org.chagres.simd.memory.Native.ALL;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.outer.OuterTile;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvShape;

/** The gradient of the filter and of the bias. */
public final class FilterGradient extends Job {
  private static final int LANES = Lanes.COUNT;

  private final FilterPlan plan;
  private final long x;
  private final long dy;
  private final long dw;
  private final long db;

  FilterGradient(FilterPlan plan, long x, long dy, long dw, long db) {
    this.plan = plan;
    this.x = x;
    this.dy = dy;
    this.dw = dw;
    this.db = db;
  }

  public static FilterGradient of(ConvShape shape, MemorySegment x, MemorySegment dy, MemorySegment dw, MemorySegment db) {
    return new FilterGradient(
        FilterPlan.of(shape),
        Native.address(x, 4 * shape.xCount(), "x"),
        Native.address(dy, 4 * shape.yCount(), "dy"),
        Native.address(dw, 4 * shape.wCount(), "dw"),
        Native.optionalAddress(db, 4L * shape.k(), "db"));
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? plan.parts * plan.splits : (int) Math.clamp(plan.partBytes * plan.parts / (256 * 1024), 1, plan.panels);
  }

  @Override
  public long localBytes() {
    return gradientAt() + panelsOfSplit() * GradientTransform.PANEL;
  }

  private int panelsOfSplit() {
    return Math.ceilDiv(plan.panels, plan.splits);
  }

  private long inputAt() {
    long first = Math.max(InputTransform.scratchBytes(), plan.gradients.scratchBytes());
    long second = FilterTransform.scratchBytes() + 4L * 9 * LANES * LANES;
    return Math.ceilDiv(Math.max(first, second), 64) * 64;
  }

  private long gradientAt() {
    return inputAt() + plan.layout.bytes();
  }

  @Override
  public long sharedBytes() {
    return plan.partBytes * plan.parts;
  }

  @Override
  public long estimatedNanos() {
    return plan.flops() / 80;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 0) {
      int split = chunk % plan.splits;
      int part = chunk / plan.splits;
      int first = (int) ((long) split * plan.panels / plan.splits);
      int last = (int) ((split + 1L) * plan.panels / plan.splits);
      sum(part, first, last - first, local, shared + part * plan.partBytes + first * plan.panelBytes);
    } else {
      int chunks = chunks(1);
      int last = (int) ((chunk + 1L) * plan.panels / chunks);
      for (int p = (int) ((long) chunk * plan.panels / chunks); p < last; p++) {
        combine(p, local, shared + p * plan.panelBytes);
      }
    }
  }

  private void sum(int part, int firstPanel, int panels, long local, long sums) {
    Floats.zero(sums, panels * plan.panelBytes / 4);
    long v = local + inputAt();
    long m = local + gradientAt();
    var some = new GradientTransform.Panels(firstPanel, panels);
    int last = (int) ((part + 1L) * plan.blocks / plan.parts);
    for (int b = (int) ((long) part * plan.blocks / plan.parts); b < last; b++) {
      long first = (long) b * plan.tiles;
      int count = (int) Math.min(plan.tiles, plan.grid.tiles() - first);
      if (count <= 0) {
        break;
      }
      plan.inputs.run(x, first, count, v, local);
      plan.gradients.run(dy, first, count, some, m, local);
      for (int t = 0; t < 16; t++) {
        for (int p = 0; p < panels; p++) {
          long to = sums + p * plan.panelBytes + t * plan.planeBytes;
          products(v + t * plan.layout.planeBytes(), m + p * GradientTransform.PANEL + t * GradientTransform.PLANE, count, to);
        }
      }
      if (db != 0) {
        // Row and column 1 of A sum: the places of plane 5 are the sums of their tiles.
        for (int p = 0; p < panels; p++) {
          GradientTransform.addTiles(m + 5 * GradientTransform.PLANE + p * GradientTransform.PANEL, count,
              sums + p * plan.panelBytes + 16 * plan.planeBytes);
        }
      }
    }
  }

  private void products(long v, long m, int count, long sums) {
    for (int c = 0; c < plan.rows; c += TileLayout.CHANNELS) {
      OuterTile.products(Math.min(TileLayout.CHANNELS, plan.rows - c), v, m, count, sums + 4L * c * OuterTile.WIDTH);
      v += plan.layout.blockBytes();
    }
  }

  private void combine(int panel, long local, long sums) {
    var parts = new FilterTransform.Parts(plan.parts, plan.partBytes, plan.planeBytes);
    long rows = local + FilterTransform.scratchBytes();
    int channels = plan.grid.channels();
    for (int v = 0; v < 2; v++) {
      int k = panel * OuterTile.WIDTH + v * LANES;
      int filters = Math.min(LANES, plan.outChannels - k);
      for (int c = 0; c < channels; c += LANES) {
        int some = Math.min(LANES, channels - c);
        for (int i = 0; i < some; i++) {
          long row = sums + 4L * ((c + i) * OuterTile.WIDTH + v * LANES);
          FilterTransform.vector(row, parts, rows + 4L * 9 * LANES * i, 4L * LANES, local);
        }
        for (int f = 0; f < filters; f++) {
          FilterTransform.row(rows + 4L * f, 4L * LANES, dw + 36 * ((long) (k + f) * channels + c), 9 * some);
        }
      }
      if (db != 0 && filters > 0) {
        bias(k, filters, sums + 16 * plan.planeBytes + 4L * v * LANES);
      }
    }
  }

  private void bias(int k, int count, long from) {
    for (int f = 0; f < count; f++) {
      float sum = 0;
      for (int p = 0; p < plan.parts; p++) {
        sum += ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * f + p * plan.partBytes);
      }
      ALL.set(JAVA_FLOAT_UNALIGNED, db + 4L * (k + f), sum);
    }
  }
}
