package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** Batch norm, ReLU, max pooling and dropout in one pass, channels last, f32. The moments are worked out before. */
public final class FusedKernels extends Launches {

  /** Most cells of a window; one position means that no gradient goes back. */
  public static final int MAX_CELLS = Windows.MAX_CELLS - 1;

  private final KernelTable fused = new KernelTable(Source.FUSED, "fused");
  private final BatchNormKernels norm;

  /** Over a stream. */
  public FusedKernels(Launcher launcher) {
    super(launcher);
    this.norm = new BatchNormKernels(launcher);
  }

  /**
   * Dropout.
   *
   * @param at where the stream stands
   * @param p probability of a zero, 0 to 1; with 0 nothing happens
   */
  public record Drop(Place at, double p) {}

  /**
   * The result, or its gradient, and where its elements came from.
   *
   * @param y f32 (n, outH, outW, c)
   * @param positions bytes (n, outH, outW, c); forward may leave them out
   */
  public record Pooled(MemorySegment y, MemorySegment positions) {}

  private static void check(Windows s) {
    if (s.adaptive() || s.cells() > MAX_CELLS) {
      throw new IllegalArgumentException(
          "fused max pooling: expected windows of a fixed size of at most " + MAX_CELLS + " cells, got "
              + (s.adaptive() ? "an adaptive pooling" : s.cells() + " cells"));
    }
  }

  /** y = dropout(max pool(max(batch norm(x), 0))). */
  public void forward(Windows s, MemorySegment x, Norm n, Drop drop, Pooled out) {
    check(s);
    with().at(x, floats(s.xCount()), "x").at(out.y(), floats(s.yCount()), "y");
    n.write(s.c(), arguments.optional(out.positions(), s.yCount(), "positions"));
    s.write(drop.at().writeDrop(drop.p(), arguments));
    boolean wide = Arguments.isWide(x) && Arguments.isWide(out.y());
    PoolKernels.launch(this, fused, "forward", s, s.yCount(), wide);
  }

  /** Gradients, from dy and the positions that forward left; {@code training} says whether the moments are x's own. */
  public void backward(
      Windows s, boolean training, MemorySegment x, Norm n, Pooled dy, double p, Norm.Gradients out) {
    check(s);
    long pixels = s.yCount() / s.c();
    Columns c = Columns.of(pixels, s.c(), Arguments.isWide(dy.y()));
    boolean sums = training || out.sums();
    long numberBytes = BatchNormKernels.numberBytes(s.c());
    MemorySegment scratch = launcher.scratch(numberBytes + c.partialBytes());
    MemorySegment partial = part(scratch, numberBytes, c.partialBytes());
    if (sums) {
      with().at(dy.y(), floats(s.yCount()), "dy").at(dy.positions(), s.yCount(), "positions");
      arguments.at(x, floats(s.xCount()), "x").at(n.mean(), floats(s.c()), "mean");
      s.write(c.write(arguments.at(partial, c.partialBytes(), "scratch"))).f32(Place.scale(p));
      launcher.launch(c.pick(fused, "sums"), c.tiles(), c.chunks(), arguments);
    }
    norm.join(s.xCount() / s.c(), c, sums, scratch, n, out);
    with().at(dy.y(), floats(s.yCount()), "dy").at(dy.positions(), s.yCount(), "positions");
    arguments.at(x, floats(s.xCount()), "x").at(scratch, numberBytes, "scratch").at(out.x(), floats(s.xCount()), "dx");
    s.write(n.write(s.c(), arguments)).f32(Place.scale(p)).i32(training ? 1 : 0);
    boolean wide = Arguments.isWide(dy.y()) && Arguments.isWide(x) && Arguments.isWide(out.x());
    PoolKernels.launch(this, fused, "propagate", s, s.xCount(), wide);
  }
}
