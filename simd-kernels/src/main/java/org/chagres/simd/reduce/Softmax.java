package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.math.Exp;
import org.chagres.simd.math.Padded;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ReduceShape;

/**
 * y = e^(x - m) / Σ e^(x - m) along the middle dimension, or its logarithm x - m - log Σ e^(x - m), with m the
 * largest x; sums in double. Where all x are minus infinity, or one is infinity or NaN, the results are NaN, as
 * PyTorch's.
 */
public final class Softmax extends Job {

  private static final int COLUMNS = Cut.COLUMNS;
  private static final long FLOATS = 4L * COLUMNS;
  private static final int SHORT_ROW = 32;

  private final boolean log;
  private final Cut cut;
  private final long x;
  private final long y;

  private Softmax(boolean log, Cut cut, long x, long y) {
    this.log = log;
    this.cut = cut;
    this.x = x;
    this.y = y;
  }

  /**
   * y = softmax of x.
   *
   * @param log whether the logarithm is wanted
   * @param shape geometry
   * @param x operand, f32
   * @param y result, f32, of the operand's size; may be x
   * @throws IllegalArgumentException if a segment is too small or the length over 2^28
   */
  public static Job forward(boolean log, ReduceShape shape, MemorySegment x, MemorySegment y) {
    Checks.elements(shape);
    long bytes = 4 * shape.xCount();
    return new Softmax(
        log, Cut.whole(shape), Native.address(x, bytes, "softmax: x"), Native.address(y, bytes, "softmax: y"));
  }

  /**
   * dx = y · (dy - Σ y · dy), or dx = dy - e^y · Σ dy for the logarithm.
   *
   * @param log whether y is the logarithm
   * @param shape geometry
   * @param dy gradient of the result
   * @param y the result
   * @param dx gradient of the operand; may be dy
   * @throws IllegalArgumentException if a segment is too small or the length over 2^28
   */
  public static Job backward(boolean log, ReduceShape shape, MemorySegment dy, MemorySegment y, MemorySegment dx) {
    return SoftmaxBackward.of(log, shape, dy, y, dx);
  }

  @Override
  public int chunks(int phase) {
    return cut.chunks();
  }

  @Override
  public long localBytes() {
    return 4 * FLOATS + ExpDifference.BYTES;
  }

  @Override
  public long estimatedNanos() {
    return cut.shape().xCount();
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (cut.shape().length() == 0) {
      return;
    }
    if (cut.shape().inner() == 1 && cut.shape().length() <= SHORT_ROW) {
      long at = 4 * cut.input(cut.first(chunk));
      shortRows(x + at, y + at, (int) (cut.end(chunk) - cut.first(chunk)), local);
      return;
    }
    for (long task = cut.first(chunk); task < cut.end(chunk); task++) {
      long at = 4 * cut.input(task);
      if (cut.shape().inner() == 1) {
        row(x + at, y + at, (int) cut.shape().length(), local);
      } else {
        columns(x + at, y + at, cut.width(cut.column(task)), local);
      }
    }
  }

  /** Rows shorter than a few vectors: many of them go through the exponential together. */
  private void shortRows(long from, long to, int rows, long local) {
    int n = (int) cut.shape().length();
    int batch = COLUMNS / n;
    for (int r = 0; r < rows; r += batch) {
      int some = Math.min(batch, rows - r);
      long first = from + 4L * r * n;
      long result = to + 4L * r * n;
      long largest = local + FLOATS;
      for (int k = 0; k < some; k++) {
        float m = Rows.maxOf(Float.NEGATIVE_INFINITY, first + 4L * k * n, 0, n);
        setFloat(largest, k, m);
        for (int j = k * n; j < (k + 1) * n; j++) {
          setFloat(local, j, getFloat(first, j) - m);
        }
      }
      Exp.run(local, local, Lanes.roundUp(some * n));
      for (int k = 0; k < some; k++) {
        finishShort(local + 4L * k * n, getFloat(largest, k), first + 4L * k * n, result + 4L * k * n);
      }
    }
  }

  private void finishShort(long exponentials, float largest, long from, long to) {
    int n = (int) cut.shape().length();
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += getFloat(exponentials, j);
    }
    if (log) {
      float logSum = (float) Math.log(sum);
      for (int j = 0; j < n; j++) {
        setFloat(to, j, getFloat(from, j) - largest - logSum);
      }
    } else {
      float factor = (float) (1 / sum);
      for (int j = 0; j < n; j++) {
        setFloat(to, j, getFloat(exponentials, j) * factor);
      }
    }
  }

  private static float getFloat(long at, int i) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, at + 4L * i);
  }

  private static void setFloat(long at, int i, float value) {
    ALL.set(JAVA_FLOAT_UNALIGNED, at + 4L * i, value);
  }

  private void row(long from, long to, int n, long local) {
    long tail = local + Padded.BYTES;
    long scratch = tail + ExpDifference.BYTES;
    Columns.fill(local, (int) (Padded.BYTES / 4), Rows.max(from, n, local));
    double sum = 0;
    for (int i = 0; i < n; i += COLUMNS) {
      int length = Math.min(COLUMNS, n - i);
      long block = log ? scratch : to + 4L * i;
      ExpDifference.run(from + 4L * i, local, 0, block, length, tail);
      sum += Rows.sum(block, length, tail);
    }
    if (log) {
      SoftmaxMaps.shift(from, local, 0, to, n);
      Columns.fill(local, (int) (Padded.BYTES / 4), (float) Math.log(sum));
      SoftmaxMaps.shift(to, local, 0, to, n);
    } else {
      Columns.fill(local, (int) (Padded.BYTES / 4), (float) (1 / sum));
      SoftmaxMaps.scale(to, local, 0, n);
    }
  }

  private void columns(long from, long to, int n, long local) {
    long step = 4 * cut.shape().inner();
    int rows = (int) cut.shape().length();
    long sums = local + FLOATS;
    long scratch = sums + 2 * FLOATS;
    long tail = scratch + FLOATS;
    Columns.fill(local, n, Float.NEGATIVE_INFINITY);
    Columns.max(from, step, rows, n, local);
    Columns.fill(sums, n, 0.0);
    for (int r = 0; r < rows; r++) {
      long block = log ? scratch : to + r * step;
      ExpDifference.run(from + r * step, local, 4, block, n, tail);
      Columns.sum(block, 0, 1, n, sums);
    }
    for (int j = 0; j < n; j++) {
      double sum = ALL.get(JAVA_DOUBLE_UNALIGNED, sums + 8L * j);
      ALL.set(JAVA_FLOAT_UNALIGNED, scratch + 4L * j, (float) (log ? Math.log(sum) : 1 / sum));
    }
    for (int r = 0; r < rows; r++) {
      if (log) {
        SoftmaxMaps.shift(from + r * step, local, 4, to + r * step, n);
        SoftmaxMaps.shift(to + r * step, scratch, 4, to + r * step, n);
      } else {
        SoftmaxMaps.scale(to + r * step, scratch, 4, n);
      }
    }
  }
}
