package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** Batch norm over (rows, channels), f32; sums in double. */
public final class BatchNormKernels extends Launches {

  private static final int WARPS = 8;

  private final KernelTable batch = new KernelTable(Source.NORM, "batch");
  private final Kernel momentsJoin = Kernel.of(Source.NORM, "batch_moments_join");
  private final Kernel running = Kernel.of(Source.NORM, "running_moments");
  private final Kernel gradientsJoin = Kernel.of(Source.NORM, "batch_gradients_join");

  /** Over a stream. */
  public BatchNormKernels(Launcher launcher) {
    super(launcher);
  }

  /**
   * What comes before and after a batch norm.
   *
   * @param training whether the moments are those of x itself
   * @param relu whether a ReLU comes after
   */
  public record Mode(boolean training, boolean relu) {}

  /** Moments of each column of x, to {@code norm}; running ones, if any, move. */
  public void moments(Rows s, MemorySegment x, Norm norm, Running statistics) {
    boolean moves = !Arguments.isNull(statistics.mean());
    if (moves && s.rows() < 2) {
      throw new IllegalArgumentException("batch norm: expected more than 1 value per channel when training");
    }
    Columns c = Columns.of(s.rows(), s.columns(), Arguments.isWide(x));
    MemorySegment partial = launcher.scratch(c.partialBytes());
    c.write(with().at(x, floats(s.count()), "x").at(partial, c.partialBytes(), "scratch"));
    launcher.launch(c.pick(batch, "moments"), c.tiles(), c.chunks(), arguments);
    long bytes = floats(s.columns());
    with().at(partial, c.partialBytes(), "scratch").at(x, floats(s.count()), "x");
    arguments.at(norm.mean(), bytes, "mean").at(norm.inverseStd(), bytes, "inverse std");
    arguments.optional(statistics.mean(), bytes, "running mean");
    arguments.optional(statistics.variance(), bytes, "running variance");
    arguments.i64(s.rows()).i64(s.columns()).i64(c.chunks()).f64(s.eps()).f64(statistics.momentum());
    launch(momentsJoin, blocks(s.columns(), WARPS), arguments);
  }

  /** The moments that running statistics stand for, to {@code norm}. */
  public void runningMoments(Rows s, Running statistics, Norm norm) {
    long bytes = floats(s.columns());
    with().at(statistics.mean(), bytes, "running mean").at(statistics.variance(), bytes, "running variance");
    arguments.at(norm.mean(), bytes, "mean").at(norm.inverseStd(), bytes, "inverse std");
    launch(running, grid(s.columns()), arguments.i64(s.columns()).f64(s.eps()));
  }

  /** y = (x - mean) · inverseStd · weight + bias, and with a ReLU what is under zero is zero; y may be x. */
  public void apply(Rows s, boolean relu, MemorySegment x, Norm norm, MemorySegment y) {
    Columns c = Columns.of(s.rows(), s.columns(), Arguments.isWide(x) && Arguments.isWide(y));
    with().at(x, floats(s.count()), "x").at(y, floats(s.count()), "y");
    c.write(norm.write(s.columns(), arguments)).i64(relu);
    launcher.launch(c.pick(batch, "apply"), c.tiles(), c.chunks(), arguments);
  }

  /** Gradients; {@code out.x()} may be dy. */
  public void backward(
      Rows s, Mode mode, MemorySegment dy, MemorySegment x, Norm norm, Norm.Gradients out) {
    boolean aligned = Arguments.isWide(dy) && Arguments.isWide(x) && Arguments.isWide(out.x());
    Columns c = Columns.of(s.rows(), s.columns(), aligned);
    boolean sums = mode.training() || out.sums();
    long numberBytes = numberBytes(s.columns());
    MemorySegment scratch = launcher.scratch(numberBytes + c.partialBytes());
    MemorySegment partial = part(scratch, numberBytes, c.partialBytes());
    long bytes = floats(s.count());
    if (sums) {
      with().at(dy, bytes, "dy").at(x, bytes, "x").at(partial, c.partialBytes(), "scratch");
      c.write(norm.write(s.columns(), arguments)).i64(mode.relu());
      launcher.launch(c.pick(batch, "sums"), c.tiles(), c.chunks(), arguments);
    }
    join(s.rows(), c, sums, scratch, norm, out);
    with().at(dy, bytes, "dy").at(x, bytes, "x").at(scratch, numberBytes, "scratch").at(out.x(), bytes, "dx");
    c.write(norm.write(s.columns(), arguments)).i64(mode.relu()).i64(mode.training());
    launcher.launch(c.pick(batch, "propagate"), c.tiles(), c.chunks(), arguments);
  }

  /** Bytes of the numbers that {@link #join} leaves at the beginning of scratch, before the sums; a multiple of 256. */
  static long numberBytes(long columns) {
    return 8 * columns + 255 & -256;
  }

  /** Joins the chunks' sums, if there are any, for as many rows of x. */
  void join(long rows, Columns c, boolean sums, MemorySegment scratch, Norm norm, Norm.Gradients out) {
    long numberBytes = numberBytes(c.columns());
    long bytes = floats(c.columns());
    with().at(part(scratch, numberBytes, c.partialBytes()), c.partialBytes(), "scratch");
    arguments.at(scratch, numberBytes, "scratch").optional(out.weight(), bytes, "weight gradient");
    arguments.optional(out.bias(), bytes, "bias gradient").at(norm.inverseStd(), bytes, "inverse std");
    arguments.i64(rows).i64(c.columns()).i64(sums ? c.chunks() : 0);
    launch(gradientsJoin, blocks(c.columns(), WARPS), arguments);
  }
}
