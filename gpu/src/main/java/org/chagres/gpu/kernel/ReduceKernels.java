package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/** Reductions along lines, and softmax. Sums run in double, in an order that follows from the shape alone. */
public final class ReduceKernels extends Launches {

  private static final int WARP = 32;

  /** Lines of at least so many elements are a block's, shorter ones a warp's. */
  private static final int LONG = 1024;

  /** Blocks under which long lines are cut into segments. */
  private static final int FEW = 512;

  /** What a thread keeps, bytes. */
  private static final int STATE = 16;

  private final KernelTable reduce = new KernelTable(Source.REDUCE, "reduce");
  private final KernelTable sumIntegers = new KernelTable(Source.REDUCE, "reduce_sum");
  private final Kernel argBackward = Kernel.of(Source.REDUCE, "arg_reduce_backward");
  private final KernelTable softmax = new KernelTable(Source.SOFTMAX, "softmax");

  /** Over a stream. */
  public ReduceKernels(Launcher launcher) {
    super(launcher);
  }

  /** y = reduction of x, f32. */
  public void reduce(String op, Lines shape, MemorySegment x, MemorySegment y) {
    if (op.equals("MAX") || op.equals("MIN")) {
      notEmpty(op, shape);
    }
    stages(reduce, op, shape, 0, with().at(x, floats(shape.count()), "x").at(y, floats(shape.lines()), "y").nothing());
  }

  /** Largest or smallest values and their int64 positions; the first one where equal, a NaN before all. */
  public void argReduce(boolean largest, Lines shape, MemorySegment x, MemorySegment values, MemorySegment indices) {
    String op = largest ? "ARGMAX" : "ARGMIN";
    notEmpty(op, shape);
    with().at(x, floats(shape.count()), "x").at(values, floats(shape.lines()), "values");
    stages(reduce, op, shape, 0, arguments.at(indices, bytes(shape.lines(), 8), "indices"));
  }

  private static void notEmpty(String op, Lines shape) {
    if (shape.length() == 0 && shape.lines() > 0) {
      throw new IllegalArgumentException(op + ": expected a length of 1 or more, got " + shape);
    }
  }

  /** dx = dy at the position that {@link #argReduce} found, 0 elsewhere. */
  public void argReduceBackward(Lines shape, MemorySegment dy, MemorySegment indices, MemorySegment dx) {
    with().at(dy, floats(shape.lines()), "dy").at(indices, bytes(shape.lines(), 8), "indices");
    shape.write(arguments.at(dx, floats(shape.count()), "dx"));
    if (shape.count() > 0) {
      launch(argBackward, grid(shape.count()), arguments);
    }
  }

  /** Variance, squares divided by length - correction, and mean. */
  public void variance(Lines shape, double correction, MemorySegment x, MemorySegment mean, MemorySegment variance) {
    if (!Double.isFinite(correction)) {
      throw new IllegalArgumentException("variance: expected a finite correction, got " + correction);
    }
    with().at(x, floats(shape.count()), "x").at(variance, floats(shape.lines()), "variance");
    stages(reduce, "VARIANCE", shape, correction, arguments.at(mean, floats(shape.lines()), "mean"));
  }

  /** The sum of integers or the count of true, as int64, wrapping. */
  public void sumIntegers(ElementType type, Lines shape, MemorySegment x, MemorySegment y) {
    boolean integer = switch (type) {
      case I64, I32, U8, BOOL -> true;
      case F32, F64, BF16 -> false;
    };
    if (!integer) {
      throw new IllegalArgumentException("sum of integers: expected an integer type, got " + type);
    }
    with().at(x, bytes(shape.count(), type.bytes()), "x").at(y, bytes(shape.lines(), 8), "y").nothing();
    stages(sumIntegers, type.suffix(), shape, 0, arguments);
  }

  /** Launches one stage or two; the arguments up to the states are there. */
  private void stages(KernelTable table, String op, Lines shape, double correction, Arguments a) {
    if (shape.lines() == 0) {
      return;
    }
    boolean rows = shape.inner() == 1 && shape.length() >= WARP;
    boolean warps = shape.length() < LONG;
    long across = rows ? warps ? ceilDiv(shape.outer(), Kernel.THREADS / WARP) : shape.outer()
        : ceilDiv(shape.lines(), WARP);
    // A segment gives each of a block's threads at least a few elements.
    long least = rows ? 16L * Kernel.THREADS : 64;
    long segments = 1;
    if (across < FEW && shape.length() > least) {
      segments = Math.min(ceilDiv(shape.length(), least), ceilDiv(2 * FEW, across));
    }
    long segmentLength = ceilDiv(shape.length(), segments);
    segments = segmentLength == 0 ? 1 : ceilDiv(shape.length(), segmentLength);
    if (segments == 1) {
      a.nothing();
    } else {
      long partial = STATE * segments * shape.lines();
      a.at(launcher.scratch(partial), partial, "scratch");
    }
    shape.write(a).i64(segments).i64(segmentLength).i64(warps).f64(correction);
    launch(table.of(op, rows ? "rows" : "columns"), (int) Math.min(across * segments, 1 << 20), a);
    if (segments > 1) {
      launch(table.of(op, "segments"), blocks(shape.lines(), Kernel.THREADS / WARP), a);
    }
  }

  /** Softmax along the lines, or its logarithm; y may be x. */
  public void softmax(boolean log, Lines shape, MemorySegment x, MemorySegment y) {
    long bytes = floats(shape.count());
    softmax("", log, shape, with().at(x, bytes, "x").at(y, bytes, "y"));
  }

  /** Backward from the result; dx may be dy. */
  public void softmaxBackward(boolean log, Lines shape, MemorySegment dy, MemorySegment y, MemorySegment dx) {
    long bytes = floats(shape.count());
    softmax("backward", log, shape, with().at(dy, bytes, "dy").at(y, bytes, "y").at(dx, bytes, "dx"));
  }

  private void softmax(String pass, boolean log, Lines shape, Arguments a) {
    shape.write(a).i64(log);
    if (shape.count() == 0) {
      return;
    }
    String way = shape.inner() > 1 ? "columns" : shape.length() < LONG ? "warps" : "blocks";
    Kernel kernel = pass.isEmpty() ? softmax.of(way) : softmax.of(pass, way);
    int grid = switch (way) {
      case "columns" -> grid(shape.lines());
      case "warps" -> blocks(shape.outer(), Kernel.THREADS / WARP);
      default -> blocks(shape.outer(), 1);
    };
    launch(kernel, grid, a);
  }
}
