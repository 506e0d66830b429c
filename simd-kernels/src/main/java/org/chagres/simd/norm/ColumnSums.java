package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;

/**
 * Mean and sum of squared deviations of each column, from rows that come a few at a time: for whoever has rows in cache, such as
 * a kernel that has just written them. A state is a stretch of scratch memory of {@link #bytes}; one chunk of work has one state,
 * which it {@link #clear}s, {@link #add}s its rows to and {@link #finish}es; then {@link #join} takes the chunks' states together,
 * in order. Nothing is allocated; addresses are trusted.
 *
 * <p>Within {@link #BLOCK} rows, f32 sums of d = x - shift and of d², eight rows at a time added as a tree; the shift is the mean
 * so far, so that nothing cancels where the mean is large beside the deviation. A block's moments join those before it in double
 * (Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
 */
public final class ColumnSums {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Double> D =
      VectorSpecies.of(double.class, VectorShape.forBitSize(S.vectorBitSize()));
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Rows summed in f32 before double takes over. */
  static final int BLOCK = 128;

  // A state: rows joined, rows whose sums wait; then per column mean and m2 in double, sum, sum of squares and shift in f32.
  private static final int WAITING = 8;
  private static final int HEADER = 64;

  private ColumnSums() {}

  /**
   * Where moments go, as addresses; running ones are 0 where there are none.
   *
   * @param mean f32 (columns)
   * @param inverseStd f32 (columns), 1/√(variance + eps), by biased variance
   * @param runningMean f32 (columns)
   * @param runningVariance f32 (columns), unbiased
   * @param eps added to the variance
   * @param momentum share of the new value in the running ones
   */
  public record Target(
      long mean, long inverseStd, long runningMean, long runningVariance, double eps, double momentum) {}

  /** Bytes of a state; a multiple of 128, so that states side by side share no lines. */
  public static long bytes(int columns) {
    return (HEADER + 28L * columns + 127) & -128L;
  }

  /** A state of no rows. */
  public static void clear(int columns, long state) {
    Floats.zero(state, HEADER / 4 + 6L * columns);
  }

  /**
   * Adds rows.
   *
   * @param columns of the state
   * @param rows address of the first
   * @param pitch bytes from a row to the next
   * @param count how many
   * @param state what they are added to
   */
  public static void add(int columns, long rows, long pitch, int count, long state) {
    int waiting = (int) (long) ALL.get(JAVA_LONG_UNALIGNED, state + WAITING);
    long sums = state + HEADER + 16L * columns;
    if (waiting == 0 && rows(state) == 0) {
      MemorySegment.copy(ALL, rows, ALL, sums + 8L * columns, 4L * columns);
    }
    int row = 0;
    while (row < count) {
      int end = row + Math.min(BLOCK - waiting, count - row);
      waiting += end - row;
      for (; row + 8 <= end; row += 8) {
        eightRows(columns, rows + row * pitch, pitch, sums);
      }
      for (; row < end; row++) {
        oneRow(columns, rows + row * pitch, sums);
      }
      if (waiting == BLOCK) {
        fold(columns, waiting, state);
        waiting = 0;
      }
    }
    ALL.set(JAVA_LONG_UNALIGNED, state + WAITING, (long) waiting);
  }

  /** Takes in the rows that wait; to be called once after the last rows. */
  public static void finish(int columns, long state) {
    int waiting = (int) (long) ALL.get(JAVA_LONG_UNALIGNED, state + WAITING);
    if (waiting > 0) {
      fold(columns, waiting, state);
      ALL.set(JAVA_LONG_UNALIGNED, state + WAITING, 0L);
    }
  }

  /** Rows that a finished state stands for. */
  static long rows(long state) {
    return ALL.get(JAVA_LONG_UNALIGNED, state);
  }

  /**
   * Moments of some columns over all states, in their order.
   *
   * @param columns of the states
   * @param from first column to join
   * @param to one past the last
   * @param states address of the first; they lie {@link #bytes} apart
   * @param count how many states
   * @param target where the moments go
   */
  public static void join(int columns, int from, int to, long states, int count, Target target) {
    long step = bytes(columns);
    for (int c = from; c < to; c++) {
      double mean = 0;
      double m2 = 0;
      long before = 0;
      for (int k = 0; k < count; k++) {
        long state = states + step * k;
        long rows = rows(state);
        if (rows > 0) {
          long at = state + HEADER + 8L * c;
          double weight = (double) rows / (before + rows);
          double apart = ALL.get(JAVA_DOUBLE_UNALIGNED, at) - mean;
          mean += apart * weight;
          m2 += ALL.get(JAVA_DOUBLE_UNALIGNED, at + 8L * columns) + apart * apart * (before * weight);
          before += rows;
        }
      }
      // Rounding may leave a constant column's sum of squares a hair under zero; NaN stays.
      m2 = m2 < 0 ? 0 : m2;
      ALL.set(JAVA_FLOAT_UNALIGNED, target.mean + 4L * c, (float) mean);
      ALL.set(JAVA_FLOAT_UNALIGNED, target.inverseStd + 4L * c, (float) (1 / Math.sqrt(m2 / before + target.eps)));
      if (target.runningMean != 0) {
        update(target.runningMean + 4L * c, target.momentum, mean);
        update(target.runningVariance + 4L * c, target.momentum, m2 / (before - 1));
      }
    }
  }

  private static void update(long running, double momentum, double value) {
    double old = ALL.get(JAVA_FLOAT_UNALIGNED, running);
    ALL.set(JAVA_FLOAT_UNALIGNED, running, (float) ((1 - momentum) * old + momentum * value));
  }

  private static void eightRows(int columns, long base, long pitch, long sums) {
    long squares = sums + 4L * columns;
    long shift = squares + 4L * columns;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      long a = base + o;
      FloatVector s = FloatVector.fromMemorySegment(S, ALL, shift + o, ORDER);
      FloatVector d0 = FloatVector.fromMemorySegment(S, ALL, a, ORDER).sub(s);
      FloatVector d1 = FloatVector.fromMemorySegment(S, ALL, a + pitch, ORDER).sub(s);
      FloatVector d2 = FloatVector.fromMemorySegment(S, ALL, a + 2 * pitch, ORDER).sub(s);
      FloatVector d3 = FloatVector.fromMemorySegment(S, ALL, a + 3 * pitch, ORDER).sub(s);
      long b = a + 4 * pitch;
      FloatVector d4 = FloatVector.fromMemorySegment(S, ALL, b, ORDER).sub(s);
      FloatVector d5 = FloatVector.fromMemorySegment(S, ALL, b + pitch, ORDER).sub(s);
      FloatVector d6 = FloatVector.fromMemorySegment(S, ALL, b + 2 * pitch, ORDER).sub(s);
      FloatVector d7 = FloatVector.fromMemorySegment(S, ALL, b + 3 * pitch, ORDER).sub(s);
      FloatVector sum = d0.add(d1).add(d2.add(d3)).add(d4.add(d5).add(d6.add(d7)));
      FloatVector q0 = d1.fma(d1, d0.mul(d0)).add(d3.fma(d3, d2.mul(d2)));
      FloatVector q1 = d5.fma(d5, d4.mul(d4)).add(d7.fma(d7, d6.mul(d6)));
      FloatVector.fromMemorySegment(S, ALL, sums + o, ORDER).add(sum).intoMemorySegment(ALL, sums + o, ORDER);
      FloatVector.fromMemorySegment(S, ALL, squares + o, ORDER)
          .add(q0.add(q1))
          .intoMemorySegment(ALL, squares + o, ORDER);
    }
    for (int r = 0; c < columns && r < 8; r++) {
      scalars(c, columns, base + r * pitch, sums);
    }
  }

  private static void oneRow(int columns, long base, long sums) {
    long squares = sums + 4L * columns;
    long shift = squares + 4L * columns;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector d =
          FloatVector.fromMemorySegment(S, ALL, base + o, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, shift + o, ORDER));
      FloatVector.fromMemorySegment(S, ALL, sums + o, ORDER).add(d).intoMemorySegment(ALL, sums + o, ORDER);
      d.fma(d, FloatVector.fromMemorySegment(S, ALL, squares + o, ORDER)).intoMemorySegment(ALL, squares + o, ORDER);
    }
    scalars(c, columns, base, sums);
  }

  /** The columns behind the last whole vector. */
  private static void scalars(int first, int columns, long base, long sums) {
    long squares = sums + 4L * columns;
    long shift = squares + 4L * columns;
    for (int c = first; c < columns; c++) {
      long o = 4L * c;
      float d = ALL.get(JAVA_FLOAT_UNALIGNED, base + o) - ALL.get(JAVA_FLOAT_UNALIGNED, shift + o);
      ALL.set(JAVA_FLOAT_UNALIGNED, sums + o, ALL.get(JAVA_FLOAT_UNALIGNED, sums + o) + d);
      ALL.set(JAVA_FLOAT_UNALIGNED, squares + o, Math.fma(d, d, ALL.get(JAVA_FLOAT_UNALIGNED, squares + o)));
    }
  }

  /** Joins a block of n rows to the rows before it; leaves the sums at zero and the new mean as the shift. */
  private static void fold(int columns, int n, long state) {
    long before = rows(state);
    ALL.set(JAVA_LONG_UNALIGNED, state, before + n);
    long means = state + HEADER;
    long m2s = means + 8L * columns;
    long sums = m2s + 8L * columns;
    long squares = sums + 4L * columns;
    long shifts = squares + 4L * columns;
    double inverse = 1.0 / n;
    double weight = (double) n / (before + n);
    double between = before * weight;
    int c = 0;
    for (; c + D.length() <= columns; c += D.length()) {
      long o = 4L * c;
      var s = (DoubleVector) FloatVector.fromMemorySegment(HALF, ALL, sums + o, ORDER)
          .convertShape(VectorOperators.F2D, D, 0);
      var q = (DoubleVector) FloatVector.fromMemorySegment(HALF, ALL, squares + o, ORDER)
          .convertShape(VectorOperators.F2D, D, 0);
      var shift = (DoubleVector) FloatVector.fromMemorySegment(HALF, ALL, shifts + o, ORDER)
          .convertShape(VectorOperators.F2D, D, 0);
      DoubleVector mean = DoubleVector.fromMemorySegment(D, ALL, means + 2 * o, ORDER);
      DoubleVector own = s.mul(inverse);
      DoubleVector apart = shift.add(own).sub(mean);
      DoubleVector joined = mean.add(apart.mul(weight));
      DoubleVector.fromMemorySegment(D, ALL, m2s + 2 * o, ORDER)
          .add(q.sub(s.mul(own)))
          .add(apart.mul(apart).mul(between))
          .intoMemorySegment(ALL, m2s + 2 * o, ORDER);
      joined.intoMemorySegment(ALL, means + 2 * o, ORDER);
      ((FloatVector) joined.convertShape(VectorOperators.D2F, HALF, 0)).intoMemorySegment(ALL, shifts + o, ORDER);
      FloatVector.zero(HALF).intoMemorySegment(ALL, sums + o, ORDER);
      FloatVector.zero(HALF).intoMemorySegment(ALL, squares + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      double s = ALL.get(JAVA_FLOAT_UNALIGNED, sums + o);
      double q = ALL.get(JAVA_FLOAT_UNALIGNED, squares + o);
      double mean = ALL.get(JAVA_DOUBLE_UNALIGNED, means + 2 * o);
      double own = s * inverse;
      double apart = ALL.get(JAVA_FLOAT_UNALIGNED, shifts + o) + own - mean;
      double joined = mean + apart * weight;
      double m2 = ALL.get(JAVA_DOUBLE_UNALIGNED, m2s + 2 * o) + (q - s * own) + apart * apart * between;
      ALL.set(JAVA_DOUBLE_UNALIGNED, m2s + 2 * o, m2);
      ALL.set(JAVA_DOUBLE_UNALIGNED, means + 2 * o, joined);
      ALL.set(JAVA_FLOAT_UNALIGNED, shifts + o, (float) joined);
      ALL.set(JAVA_FLOAT_UNALIGNED, sums + o, 0f);
      ALL.set(JAVA_FLOAT_UNALIGNED, squares + o, 0f);
    }
  }
}
