package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.math.Padded;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;

/**
 * y = the reduction of x over its middle dimension, f32.
 *
 * <p>A task leaves two rows of doubles: the result so far (for log Σ e^x: the largest) and, for log Σ e^x, the sum of
 * e^(x - largest). Where the length is not segmented they are finished at once, else a second phase combines the
 * segments in their order.
 *
 * <p>Of no elements the sum is 0, the product 1, the mean NaN, log Σ e^x minus infinity; a largest or smallest there
 * is none.
 */
public final class Reduce extends Job {

  private static final int COLUMNS = Cut.COLUMNS;
  private static final int OUTPUTS = 4096;
  private static final long ROW = 8L * COLUMNS;

  private final ReduceOp op;
  private final Cut cut;
  private final long x;
  private final long y;

  private Reduce(ReduceOp op, Cut cut, long x, long y) {
    this.op = op;
    this.cut = cut;
    this.x = x;
    this.y = y;
  }

  /**
   * y = reduction of x.
   *
   * @param op reduction
   * @param shape geometry
   * @param x operand, (outer, length, inner)
   * @param y result, (outer, inner)
   * @throws IllegalArgumentException if a segment is too small, or the largest or smallest of nothing is asked for
   */
  public static Job of(ReduceOp op, ReduceShape shape, MemorySegment x, MemorySegment y) {
    Checks.elements(shape);
    if (op == ReduceOp.MAX || op == ReduceOp.MIN) {
      Checks.notEmpty(shape, op.toString());
    }
    return new Reduce(
        op,
        Cut.withSegments(shape),
        Native.address(x, 4 * shape.xCount(), op + ": x"),
        Native.address(y, 4 * shape.yCount(), op + ": y"));
  }

  @Override
  public int phases() {
    return cut.segments() == 1 ? 1 : 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? cut.chunks() : (int) Math.max(1, (cut.shape().yCount() + OUTPUTS - 1) / OUTPUTS);
  }

  @Override
  public long localBytes() {
    return 4 * ROW + Padded.BYTES + ExpDifference.BYTES;
  }

  @Override
  public long sharedBytes() {
    return 16 * cut.partials();
  }

  @Override
  public long estimatedNanos() {
    return (op == ReduceOp.LOGSUMEXP ? 2 : 1) * cut.shape().xCount() / 3;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 1) {
      long end = Math.min(cut.shape().yCount(), (chunk + 1L) * OUTPUTS);
      for (long i = (long) chunk * OUTPUTS; i < end; i++) {
        combine(i, shared);
      }
      return;
    }
    boolean direct = cut.segments() == 1;
    for (long task = cut.first(chunk); task < cut.end(chunk); task++) {
      long first = direct ? local : shared + 8 * cut.partial(task);
      long second = direct ? local + ROW : first + 8 * cut.partials();
      long from = x + 4 * cut.input(task);
      int rows = cut.rows(cut.segment(task));
      if (cut.shape().inner() == 1) {
        row(from, rows, first, second, local + 2 * ROW);
      } else {
        columns(from, rows, cut.width(cut.column(task)), first, second, local + 2 * ROW);
      }
      if (direct) {
        finish(first, second, cut.width(cut.column(task)), y + 4 * cut.output(task));
      }
    }
  }

  private void row(long from, int n, long first, long second, long local) {
    double result =
        switch (op) {
          case SUM, MEAN -> Rows.sum(from, n, local);
          case SUM_SQUARES -> Rows.sumSquares(from, n, local);
          case PROD -> Rows.product(from, n, local);
          case MAX, LOGSUMEXP -> Rows.max(from, n, local);
          case MIN -> Rows.min(from, n, local);
        };
    setDouble(first, result);
    if (op == ReduceOp.LOGSUMEXP) {
      setDouble(second, expSum(from, n, (float) result, local));
    }
  }

  /** Σ e^(x - shift) by blocks: their exponentials go to scratch and are added in double. */
  private static double expSum(long from, int n, float largest, long local) {
    long shift = local;
    long tail = local + Padded.BYTES;
    long block = tail + ExpDifference.BYTES;
    Columns.fill(shift, (int) (Padded.BYTES / 4), finite(largest));
    double sum = 0;
    for (int i = 0; i < n; i += COLUMNS) {
      int length = Math.min(COLUMNS, n - i);
      ExpDifference.run(from + 4L * i, shift, 0, block, length, tail);
      sum += Rows.sum(block, length, tail);
    }
    return sum;
  }

  private void columns(long from, int rows, int n, long first, long second, long local) {
    long step = 4 * cut.shape().inner();
    switch (op) {
      case SUM, MEAN -> {
        Columns.fill(first, n, 0.0);
        Columns.sum(from, step, rows, n, first);
      }
      case SUM_SQUARES -> {
        Columns.fill(first, n, 0.0);
        Columns.sumSquares(from, step, rows, n, first);
      }
      case PROD -> {
        Columns.fill(first, n, 1.0);
        Columns.product(from, step, rows, n, first);
      }
      case MAX, LOGSUMEXP -> {
        Columns.fill(local, n, Float.NEGATIVE_INFINITY);
        Columns.max(from, step, rows, n, local);
        widen(local, n, first);
      }
      case MIN -> {
        Columns.fill(local, n, Float.POSITIVE_INFINITY);
        Columns.min(from, step, rows, n, local);
        widen(local, n, first);
      }
    }
    if (op == ReduceOp.LOGSUMEXP) {
      for (int j = 0; j < n; j++) {
        float largest = ALL.get(JAVA_FLOAT_UNALIGNED, local + 4L * j);
        ALL.set(JAVA_FLOAT_UNALIGNED, local + 4L * j, finite(largest));
      }
      Columns.fill(second, n, 0.0);
      long row = local + ROW / 2;
      for (int r = 0; r < rows; r++) {
        ExpDifference.run(from + r * step, local, 4, row, n, local + ROW);
        Columns.sum(row, 0, 1, n, second);
      }
    }
  }

  /**
   * What is taken off before the exponential: nothing where the largest is infinite or NaN, so as not to make a NaN
   * of it.
   */
  private static float finite(float largest) {
    return Math.abs(largest) < Float.POSITIVE_INFINITY ? largest : 0f;
  }

  private static void widen(long floats, int n, long doubles) {
    for (int j = 0; j < n; j++) {
      setDouble(doubles + 8L * j, ALL.get(JAVA_FLOAT_UNALIGNED, floats + 4L * j));
    }
  }

  private void finish(long first, long second, int n, long to) {
    for (int j = 0; j < n; j++) {
      double other = op == ReduceOp.LOGSUMEXP ? getDouble(second + 8L * j) : 0;
      set(to + 4L * j, getDouble(first + 8L * j), other);
    }
  }

  private void set(long to, double first, double second) {
    double result =
        switch (op) {
          case MEAN -> first / cut.shape().length();
          case LOGSUMEXP -> Math.abs(first) < Double.POSITIVE_INFINITY ? first + Math.log(second) : first;
          default -> first;
        };
    ALL.set(JAVA_FLOAT_UNALIGNED, to, (float) result);
  }

  private void combine(long output, long shared) {
    long inner = cut.shape().inner();
    long from = shared + 8 * (output / inner * cut.segments() * inner + output % inner);
    double result = getDouble(from);
    for (int s = 1; s < cut.segments(); s++) {
      double next = getDouble(from + 8 * s * inner);
      result =
          switch (op) {
            case SUM, MEAN, SUM_SQUARES -> result + next;
            case PROD -> result * next;
            case MAX, LOGSUMEXP -> Math.max(result, next);
            case MIN -> Math.min(result, next);
          };
    }
    double sum = 0;
    if (op == ReduceOp.LOGSUMEXP) {
      for (int s = 0; s < cut.segments(); s++) {
        long at = from + 8 * s * inner;
        sum += getDouble(at + 8 * cut.partials()) * Math.exp(getDouble(at) - result);
      }
    }
    set(y + 4 * output, result, sum);
  }

  private static double getDouble(long address) {
    return ALL.get(JAVA_DOUBLE_UNALIGNED, address);
  }

  private static void setDouble(long address, double value) {
    ALL.set(JAVA_DOUBLE_UNALIGNED, address, value);
  }
}
