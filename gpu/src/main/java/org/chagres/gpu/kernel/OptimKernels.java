package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Optimizer steps, one launch over flat f32 blocks; what changes between steps is read from a {@link Schedule} on the
 * device.
 */
public final class OptimKernels extends Launches {

  private final Kernel sgd = Kernel.of(Source.OPTIM, "sgd");
  private final Kernel adam = Kernel.of(Source.OPTIM, "adam");
  private final Kernel rmsProp = Kernel.of(Source.OPTIM, "rms_prop");
  private final Kernel squares = Kernel.of(Source.OPTIM, "squares");
  private final Kernel squaresSum = Kernel.of(Source.OPTIM, "squares_sum");
  private final Kernel scale = Kernel.of(Source.OPTIM, "scale");
  private final Kernel clamp = Kernel.of(Source.OPTIM, "clamp");

  /** Over a stream. */
  public OptimKernels(Launcher launcher) {
    super(launcher);
  }

  private static int grid4(long count) {
    return grid(ceilDiv(count, 4));
  }

  /** SGD; the buffer may be left out without momentum. */
  public void sgd(
      Sgd o, MemorySegment schedule, long count, MemorySegment parameter, MemorySegment gradient,
      MemorySegment buffer) {
    long bytes = floats(count);
    with().at(parameter, bytes, "SGD: parameter").at(gradient, bytes, "SGD: gradient");
    needed(o.momentum() != 0, buffer, bytes, "SGD: momentum").at(schedule, Schedule.BYTES, "SGD: schedule").i64(count);
    arguments.f64(o.momentum()).f64(o.dampening()).f64(o.weightDecay()).i64(o.nesterov()).i64(o.maximize());
    if (count > 0) {
      launch(sgd, grid4(count), arguments);
    }
  }

  private Arguments needed(boolean wanted, MemorySegment block, long bytes, String name) {
    if (!wanted) {
      return arguments.nothing();
    }
    if (Arguments.isNull(block)) {
      throw new IllegalArgumentException(name + ": expected a block, as the options ask for it");
    }
    return arguments.at(block, bytes, name);
  }

  /** Adam, AdamW. */
  public void adam(
      Adam o, MemorySegment schedule, long count, MemorySegment parameter, MemorySegment gradient, Adam.State state) {
    long bytes = floats(count);
    with().at(parameter, bytes, "Adam: parameter").at(gradient, bytes, "Adam: gradient");
    needed(true, state.first(), bytes, "Adam: first moment");
    needed(true, state.second(), bytes, "Adam: second moment");
    arguments.optional(state.largest(), bytes, "Adam: largest second moment");
    arguments.at(schedule, Schedule.BYTES, "Adam: schedule").i64(count);
    arguments.f64(o.beta1()).f64(o.beta2()).f64(o.eps()).f64(o.weightDecay()).i64(o.decoupled()).i64(o.maximize());
    if (count > 0) {
      launch(adam, grid4(count), arguments);
    }
  }

  /** RMSprop. */
  public void rmsProp(
      RmsProp o,
      MemorySegment schedule,
      long count,
      MemorySegment parameter,
      MemorySegment gradient,
      RmsProp.State state) {
    long bytes = floats(count);
    with().at(parameter, bytes, "RMSprop: parameter").at(gradient, bytes, "RMSprop: gradient");
    needed(true, state.square(), bytes, "RMSprop: mean square");
    needed(o.momentum() != 0, state.momentum(), bytes, "RMSprop: momentum");
    needed(o.centered(), state.mean(), bytes, "RMSprop: mean gradient");
    arguments.at(schedule, Schedule.BYTES, "RMSprop: schedule").i64(count);
    arguments.f64(o.alpha()).f64(o.eps()).f64(o.weightDecay()).f64(o.momentum()).i64(o.maximize());
    if (count > 0) {
      launch(rmsProp, grid4(count), arguments);
    }
  }

  /** Σ x², summed in double, to one f64 value on the device. */
  public void sumSquares(long count, MemorySegment x, MemorySegment sum) {
    int grid = grid4(count);
    MemorySegment partial = launcher.scratch(8L * grid);
    launch(squares, grid, with().at(x, floats(count), "x").at(partial, 8L * grid, "scratch").i64(count));
    launch(squaresSum, 1, with().at(partial, 8L * grid, "scratch").at(sum, 8, "sum").i64(grid));
  }

  /** x = x · factor. */
  public void scale(long count, double factor, MemorySegment x) {
    with().at(x, floats(count), "scale: gradient").i64(count).f32((float) factor);
    if (count > 0) {
      launch(scale, grid4(count), arguments);
    }
  }

  /** x limited to -limit … limit; NaN stays. */
  public void clamp(long count, double limit, MemorySegment x) {
    if (!(limit >= 0)) {
      throw new IllegalArgumentException("clamp: expected a limit of 0 or more, got " + limit);
    }
    with().at(x, floats(count), "clamp: gradient").i64(count).f32((float) limit);
    if (count > 0) {
      launch(clamp, grid4(count), arguments);
    }
  }
}
