package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ReduceShape;

/**
 * Mean and variance along the middle dimension in two passes, Σ x and then Σ (x - mean)², all in double. Where the
 * length is segmented, phases take turns: sums, means, squares, variances; else a task does all.
 */
public final class Variance extends Job {

  private static final int COLUMNS = Cut.COLUMNS;
  private static final int OUTPUTS = 4096;
  private static final long ROW = 8L * COLUMNS;

  private final Cut cut;
  private final double correction;
  private final long x;
  private final long mean;
  private final long variance;

  private Variance(Cut cut, double correction, long[] addresses) {
    this.cut = cut;
    this.correction = correction;
    this.x = addresses[0];
    this.mean = addresses[1];
    this.variance = addresses[2];
  }

  /**
   * Mean and variance of x.
   *
   * @param shape geometry
   * @param correction taken off the length that squares are divided by; where nothing is left the result is NaN or
   *     infinite
   * @param x operand, f32
   * @param mean result, f32, (outer, inner)
   * @param variance result, f32, (outer, inner)
   * @throws IllegalArgumentException if a segment is too small or the correction isn't a number
   */
  public static Job of(
      ReduceShape shape, double correction, MemorySegment x, MemorySegment mean, MemorySegment variance) {
    Checks.elements(shape);
    if (!Double.isFinite(correction)) {
      throw new IllegalArgumentException("variance: expected a finite correction, got " + correction);
    }
    long[] addresses = {
      Native.address(x, 4 * shape.xCount(), "variance: x"),
      Native.address(mean, 4 * shape.yCount(), "variance: mean"),
      Native.address(variance, 4 * shape.yCount(), "variance: variance")
    };
    return new Variance(Cut.withSegments(shape), correction, addresses);
  }

  @Override
  public int phases() {
    return cut.segments() == 1 ? 1 : 4;
  }

  @Override
  public int chunks(int phase) {
    return phase % 2 == 0 ? cut.chunks() : (int) Math.max(1, (cut.shape().yCount() + OUTPUTS - 1) / OUTPUTS);
  }

  @Override
  public long localBytes() {
    return 2 * ROW + Rows.BYTES;
  }

  @Override
  public long sharedBytes() {
    return cut.segments() == 1 ? 0 : 8 * (cut.partials() + cut.shape().yCount());
  }

  @Override
  public long estimatedNanos() {
    return cut.shape().xCount() * 2 / 3;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase % 2 == 1) {
      long end = Math.min(cut.shape().yCount(), (chunk + 1L) * OUTPUTS);
      for (long i = (long) chunk * OUTPUTS; i < end; i++) {
        combine(i, phase == 1, shared);
      }
      return;
    }
    boolean direct = cut.segments() == 1;
    long lanes = local + 2 * ROW;
    for (long task = cut.first(chunk); task < cut.end(chunk); task++) {
      int n = cut.width(cut.column(task));
      if (direct) {
        sums(task, n, local, lanes);
        for (int j = 0; j < n; j++) {
          double m = get(local + 8L * j) / cut.shape().length();
          set(local + 8L * j, m);
          ALL.set(JAVA_FLOAT_UNALIGNED, mean + 4 * (cut.output(task) + j), (float) m);
        }
        squares(task, n, local, local + ROW, lanes);
        for (int j = 0; j < n; j++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, variance + 4 * (cut.output(task) + j), divided(get(local + ROW + 8L * j)));
        }
      } else if (phase == 0) {
        sums(task, n, shared + 8 * cut.partial(task), lanes);
      } else {
        long means = shared + 8 * (cut.partials() + cut.output(task));
        squares(task, n, means, shared + 8 * cut.partial(task), lanes);
      }
    }
  }

  private void sums(long task, int n, long sums, long lanes) {
    long from = x + 4 * cut.input(task);
    int rows = cut.rows(cut.segment(task));
    if (cut.shape().inner() == 1) {
      set(sums, Rows.sum(from, rows, lanes));
    } else {
      Columns.fill(sums, n, 0.0);
      Columns.sum(from, 4 * cut.shape().inner(), rows, n, sums);
    }
  }

  private void squares(long task, int n, long means, long sums, long lanes) {
    long from = x + 4 * cut.input(task);
    int rows = cut.rows(cut.segment(task));
    if (cut.shape().inner() == 1) {
      set(sums, Rows.centredSquares(from, get(means), rows, lanes));
    } else {
      Columns.fill(sums, n, 0.0);
      Columns.centredSquares(from, 4 * cut.shape().inner(), rows, n, means, sums);
    }
  }

  private void combine(long output, boolean means, long shared) {
    long inner = cut.shape().inner();
    long from = shared + 8 * (output / inner * cut.segments() * inner + output % inner);
    double sum = 0;
    for (int s = 0; s < cut.segments(); s++) {
      sum += get(from + 8 * s * inner);
    }
    if (means) {
      double m = sum / cut.shape().length();
      set(shared + 8 * (cut.partials() + output), m);
      ALL.set(JAVA_FLOAT_UNALIGNED, mean + 4 * output, (float) m);
    } else {
      ALL.set(JAVA_FLOAT_UNALIGNED, variance + 4 * output, divided(sum));
    }
  }

  private float divided(double squares) {
    return (float) (squares / Math.max(0, cut.shape().length() - correction));
  }

  private static double get(long address) {
    return ALL.get(JAVA_DOUBLE_UNALIGNED, address);
  }

  private static void set(long address, double value) {
    ALL.set(JAVA_DOUBLE_UNALIGNED, address, value);
  }
}
