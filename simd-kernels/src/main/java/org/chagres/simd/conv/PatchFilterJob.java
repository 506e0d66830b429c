package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.outer.OuterTile;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvShape;

/**
 * The gradient of the filter and of the bias: outer products of patches of x (the values under a window) and pixels of
 * dy, summed over pixels.
 *
 * <p>Pixels are done in blocks. For a block, patches are copied to scratch, their values ordered (kh, kw, C) as they
 * lie in x so that copies are long, in the layout of {@link OuterTile}, and so are dy's channels; what a copy costs is
 * little against the products that each value takes part in, one for each channel of dy.
 *
 * <p>Phase 0 is cut by pixels, each part with sums of its own, and by panels of dy's channels; phase 1 adds the parts
 * in their order and writes dw and db.
 */
final class PatchFilterJob extends Job {
  private final PatchPlan plan;
  private final FilterArguments arguments;

  /**
   * A job.
   *
   * @param shape the geometry, checked
   * @param arguments addresses
   */
  PatchFilterJob(ConvShape shape, FilterArguments arguments) {
    this.plan = PatchPlan.of(shape);
    this.arguments = arguments;
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? plan.parts() * plan.splits() : plan.combines();
  }

  @Override
  public long localBytes() {
    return plan.rowAt() + plan.patches().scratchBytes();
  }

  @Override
  public long sharedBytes() {
    return plan.parts() * plan.partBytes();
  }

  @Override
  public long estimatedNanos() {
    return (long) (plan.flops() / Tiling.FLOPS_PER_NANO);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    int cuts = phase == 0 ? plan.splits() : plan.combines();
    int panels = plan.panels();
    int cut = chunk % cuts;
    int first = (int) ((long) cut * panels / cuts);
    int last = (int) ((cut + 1L) * panels / cuts);
    if (phase == 0) {
      sum(chunk / cuts, first, last, local, shared);
    } else {
      for (int p = first; p < last; p++) {
        combine(p, shared + p * plan.panelBytes());
      }
    }
  }

  private void sum(int part, int firstPanel, int lastPanel, long local, long shared) {
    long sums = shared + part * plan.partBytes();
    for (int p = firstPanel; p < lastPanel; p++) {
      Copies.zero(sums + p * plan.panelBytes(), plan.panelFloats());
    }
    plan.patches().fill(local, PatchPlan.PIXELS);
    int last = (int) ((part + 1L) * plan.blocks() / plan.parts());
    for (int b = (int) ((long) part * plan.blocks() / plan.parts()); b < last; b++) {
      long first = (long) b * PatchPlan.PIXELS;
      int pixels = (int) Math.min(PatchPlan.PIXELS, plan.pixels() - first);
      int done = firstPanel;
      while (done < lastPanel) {
        int group = done / plan.panelsOfGroup();
        int end = Math.min(lastPanel, (group + 1) * plan.panelsOfGroup());
        plan.patches().copy(arguments.x(), group, first, pixels, local, local + plan.rowAt());
        gradients(done, end, first, pixels, local + plan.panelsAt());
        products(done, end, pixels, local, sums);
        done = end;
      }
    }
  }

  /** Copies panels of dy's channels. */
  private void gradients(int firstPanel, int lastPanel, long first, int pixels, long to) {
    long step = 4L * plan.channels();
    long from = arguments.dy() + first * step + 4L * plan.firstChannel(firstPanel);
    int panels = lastPanel - firstPanel;
    int channels = plan.channelsOf(lastPanel - 1);
    int whole = channels == OuterTile.WIDTH ? panels : panels - 1;
    Copies.panels(from, to, pixels, whole, plan.strides());
    if (whole < panels) {
      from += 4L * whole * OuterTile.WIDTH;
      to += whole * PatchPlan.PANEL;
      for (int i = 0; i < pixels; i++) {
        Copies.copy(from + i * step, to, channels);
        Copies.zero(to + 4L * channels, OuterTile.WIDTH - channels);
        to += 4L * OuterTile.WIDTH;
      }
    }
  }

  private void products(int firstPanel, int lastPanel, int pixels, long local, long sums) {
    int depth = plan.patches().paddedDepth();
    for (int d = 0; d < depth; d += OuterTile.VALUES) {
      long patches = local + d / OuterTile.VALUES * PatchPlan.BLOCK;
      for (int p = firstPanel; p < lastPanel; p++) {
        long panel = local + plan.panelsAt() + (p - firstPanel) * PatchPlan.PANEL;
        long to = sums + p * plan.panelBytes() + 4L * d * OuterTile.WIDTH;
        OuterTile.products(Math.min(OuterTile.VALUES, depth - d), patches, panel, pixels, to);
      }
    }
  }

  private void combine(int panel, long sums) {
    for (int p = 1; p < plan.parts(); p++) {
      Copies.add(sums + p * plan.partBytes(), sums, plan.panelFloats());
    }
    int channels = plan.channelsOf(panel);
    int taps = plan.patches().taps();
    int source = plan.patches().channels();
    long dw = arguments.dw() + 4L * plan.firstChannel(panel) * taps * source;
    for (int c = 0; c < source; c += PatchPlan.COMBINED) {
      int end = Math.min(source, c + PatchPlan.COMBINED);
      for (int k = 0; k < channels; k++) {
        long to = dw + 4L * ((long) k * source + c) * taps;
        for (int i = c; i < end; i++) {
          long from = sums + 4L * (i * OuterTile.WIDTH + k);
          column(from, 4L * source * OuterTile.WIDTH, to, taps);
          to += 4L * taps;
        }
      }
    }
    if (arguments.db() != 0) {
      long bias = sums + 4L * plan.patches().depth() * OuterTile.WIDTH;
      Copies.copy(bias, arguments.db() + 4L * plan.firstChannel(panel), channels);
    }
  }

  private static void column(long from, long step, long to, int count) {
    for (int i = 0; i < count; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, ALL.get(JAVA_FLOAT_UNALIGNED, from + step * i));
    }
  }
}
