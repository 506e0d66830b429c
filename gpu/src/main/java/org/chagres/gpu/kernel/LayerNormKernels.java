package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** Layer norm along rows, f32; sums in double. */
public final class LayerNormKernels extends Launches {

  /** Rows of at least so many elements are a block's, shorter ones a warp's. */
  private static final int LONG = 1024;

  private static final int WARPS = 8;

  private final KernelTable layer = new KernelTable(Source.LAYER, "layer");
  private final Kernel join = Kernel.of(Source.LAYER, "layer_join");

  /** Over a stream. */
  public LayerNormKernels(Launcher launcher) {
    super(launcher);
  }

  private void launchRows(String pass, Rows s) {
    boolean warps = s.columns() < LONG;
    launch(layer.of(pass, warps ? "warps" : "blocks"), blocks(s.rows(), warps ? WARPS : 1), arguments);
  }

  /** Moments of each row, to {@code norm}, and y, which may be x. */
  public void forward(Rows s, MemorySegment x, Norm norm, MemorySegment y) {
    with().at(x, floats(s.count()), "x").at(y, floats(s.count()), "y");
    arguments.at(norm.mean(), floats(s.rows()), "mean").at(norm.inverseStd(), floats(s.rows()), "inverse std");
    arguments.optional(norm.weight(), floats(s.columns()), "weight");
    arguments.optional(norm.bias(), floats(s.columns()), "bias");
    arguments.i64(s.rows()).i64(s.columns()).f64(s.eps());
    launchRows("forward", s);
  }

  /** Gradients; {@code out.x()} may be dy. */
  public void backward(Rows s, MemorySegment dy, MemorySegment x, Norm norm, Norm.Gradients out) {
    // The columns' sums first: dx may take dy's place.
    if (out.sums()) {
      sums(s, dy, x, norm, out);
    }
    long bytes = floats(s.count());
    with().at(dy, bytes, "dy").at(x, bytes, "x").at(out.x(), bytes, "dx");
    moments(s, norm).optional(norm.weight(), floats(s.columns()), "weight").i64(s.rows()).i64(s.columns());
    launchRows("backward", s);
  }

  private Arguments moments(Rows s, Norm norm) {
    return arguments.at(norm.mean(), floats(s.rows()), "mean").at(norm.inverseStd(), floats(s.rows()), "inverse std");
  }

  private void sums(Rows s, MemorySegment dy, MemorySegment x, Norm norm, Norm.Gradients out) {
    Columns c = Columns.of(s.rows(), s.columns(), Arguments.isWide(dy) && Arguments.isWide(x));
    MemorySegment partial = launcher.scratch(c.partialBytes());
    long bytes = floats(s.count());
    with().at(dy, bytes, "dy").at(x, bytes, "x").at(partial, c.partialBytes(), "scratch");
    c.write(moments(s, norm));
    launcher.launch(c.pick(layer, "sums"), c.tiles(), c.chunks(), arguments);
    with().at(partial, c.partialBytes(), "scratch");
    arguments.optional(out.weight(), floats(s.columns()), "weight gradient");
    arguments.optional(out.bias(), floats(s.columns()), "bias gradient");
    launch(join, blocks(s.columns(), WARPS), arguments.i64(s.columns()).i64(c.chunks()));
  }
}
