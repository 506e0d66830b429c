package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** Losses, forward and backward, f32; sums in double. */
public final class LossKernels extends Launches {

  private static final int ROWS = 8;

  private final Kernel classForward = Kernel.of(Source.LOSS, "class_forward");
  private final Kernel classSums = Kernel.of(Source.LOSS, "class_sums");
  private final Kernel classBackward = Kernel.of(Source.LOSS, "class_backward");
  private final Kernel pairForward = Kernel.of(Source.LOSS, "pair_forward");
  private final Kernel pairBackward = Kernel.of(Source.LOSS, "pair_backward");
  private final Kernel logitsForward = Kernel.of(Source.LOSS, "logits_forward");
  private final Kernel logitsBackward = Kernel.of(Source.LOSS, "logits_backward");
  private final Kernel elementSum = Kernel.of(Source.LOSS, "element_sum");

  /** Over a stream. */
  public LossKernels(Launcher launcher) {
    super(launcher);
  }

  /**
   * Cross entropy or negative log-likelihood.
   *
   * @param out one value, or one for each row without averaging; then the sum of the labels' weights
   */
  public void classForward(ClassLoss s, MemorySegment x, ClassLoss.Operands in, MemorySegment out) {
    long bytes = floats(Math.multiplyExact(s.rows(), s.classes()));
    int grid = blocks(s.rows(), ROWS);
    MemorySegment partial = launcher.scratch(16L * grid);
    with().at(x, bytes, "x").at(in.target(), bytes(s.rows(), 8), "target");
    arguments.optional(in.weight(), floats(s.classes()), "class weights");
    logs(s, in, bytes).at(out, floats(s.values() + 1), "out").at(partial, 16L * grid, "scratch");
    arguments.i64(s.rows()).i64(s.classes()).i64(s.ignoreIndex()).i64(s.averaging().ordinal()).f64(s.smoothing());
    launch(classForward, grid, arguments);
    with().at(partial, 16L * grid, "scratch").at(out, floats(s.values() + 1), "out");
    launch(classSums, 1, arguments.i64(grid).i64(s.rows()).i64(s.averaging().ordinal()));
  }

  private Arguments logs(ClassLoss s, ClassLoss.Operands in, long bytes) {
    return s.softmax() ? arguments.at(in.logProbabilities(), bytes, "log-probabilities") : arguments.nothing();
  }

  /** Backward of {@link #classForward}; {@code out} as forward wrote it, dy one value or one for each row. */
  public void classBackward(
      ClassLoss s, ClassLoss.Operands in, MemorySegment out, MemorySegment dy, MemorySegment dx) {
    long bytes = floats(Math.multiplyExact(s.rows(), s.classes()));
    with();
    logs(s, in, bytes).at(in.target(), bytes(s.rows(), 8), "target");
    arguments.optional(in.weight(), floats(s.classes()), "class weights").at(out, floats(s.values() + 1), "out");
    arguments.at(dy, floats(s.values()), "dy").at(dx, bytes, "dx");
    arguments.i64(s.rows()).i64(s.classes()).i64(s.ignoreIndex()).i64(s.averaging().ordinal()).f64(s.smoothing());
    launch(classBackward, blocks(s.rows(), ROWS), arguments);
  }

  /** Out: one value, or one for each element. */
  public void pairForward(PairLoss loss, long count, MemorySegment x, MemorySegment target, MemorySegment out) {
    with().at(x, floats(count), "x").at(target, floats(count), "target").nothing();
    forward(pairForward, loss, count, 1, out);
  }

  /** Out: one value, or one for each element; {@code positive} may be left out. */
  public void logitsForward(
      LogitsLoss s, MemorySegment x, MemorySegment target, MemorySegment positive, MemorySegment out) {
    with().at(x, floats(s.count()), "x").at(target, floats(s.count()), "target");
    arguments.optional(positive, floats(s.columns()), "weights of positives");
    forward(logitsForward, PairLoss.mse(s.averaging()), s.count(), s.columns(), out);
  }

  /** The operands are there. */
  private void forward(Kernel kernel, PairLoss loss, long count, long columns, MemorySegment out) {
    boolean each = loss.averaging() == Averaging.NONE;
    int grid = grid(count);
    MemorySegment partial = each ? MemorySegment.NULL : launcher.scratch(8L * grid);
    arguments.at(out, floats(each ? count : 1), "out").optional(partial, 8L * grid, "scratch");
    loss.write(arguments.i64(count).i64(columns).i64(loss.averaging().ordinal()));
    if (!each || count > 0) {
      launch(kernel, grid, arguments);
    }
    if (!each) {
      with().at(partial, 8L * grid, "scratch").at(out, 4, "out").i64(grid);
      launch(elementSum, 1, arguments.f64(loss.averaging() == Averaging.MEAN ? count : 1));
    }
  }

  /** Gradients of {@link #pairForward}'s operands; either may be left out. */
  public void pairBackward(
      PairLoss loss,
      long count,
      MemorySegment dy,
      MemorySegment x,
      MemorySegment target,
      MemorySegment dx,
      MemorySegment dtarget) {
    long bytes = floats(count);
    with().at(dy, floats(loss.averaging() == Averaging.NONE ? count : 1), "dy");
    arguments.at(x, bytes, "x").at(target, bytes, "target").nothing();
    arguments.optional(dx, bytes, "dx").optional(dtarget, bytes, "dtarget");
    loss.write(arguments.i64(count).i64(1).i64(loss.averaging().ordinal()));
    if (count > 0) {
      launch(pairBackward, grid(count), arguments);
    }
  }

  /** Gradient of {@link #logitsForward}'s x. */
  public void logitsBackward(
      LogitsLoss s, MemorySegment dy, MemorySegment x, MemorySegment target, MemorySegment positive, MemorySegment dx) {
    long bytes = floats(s.count());
    with().at(dy, floats(s.averaging() == Averaging.NONE ? s.count() : 1), "dy");
    arguments.at(x, bytes, "x").at(target, bytes, "target");
    arguments.optional(positive, floats(s.columns()), "weights of positives").at(dx, bytes, "dx").nothing();
    PairLoss.mse(s.averaging()).write(arguments.i64(s.count()).i64(s.columns()).i64(s.averaging().ordinal()));
    if (s.count() > 0) {
      launch(logitsBackward, grid(s.count()), arguments);
    }
  }
}
