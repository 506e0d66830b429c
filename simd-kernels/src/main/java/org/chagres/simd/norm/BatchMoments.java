package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
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
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.NormShape;

/**
 * Mean and variance of each column, reading x once.
 *
 * <p>Rows go by blocks of {@link #BLOCK}. Within a block, f32 sums of d = x - shift and of d², eight rows at a time added as a
 * tree; the shift is the mean so far, so that nothing cancels where the mean is large beside the deviation. A block's moments
 * join the chunk's in double (Chan's formula), the chunks' join in the second phase, in order.
 */
final class BatchMoments extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Double> D =
      VectorSpecies.of(double.class, VectorShape.forBitSize(S.vectorBitSize()));
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(S.vectorBitSize() / 2));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int BLOCK = 128;

  private final int columns;
  private final double eps;
  private final long x;
  private final Out out;
  private final Split rows;
  private final Split combine;

  /** Addresses of the results; running ones are 0 where there are none. */
  record Out(long mean, long inverseStd, long runningMean, long runningVariance, double momentum) {}

  BatchMoments(NormShape shape, long x, Out out) {
    this.columns = shape.columns();
    this.eps = shape.eps();
    this.x = x;
    this.out = out;
    this.rows = Split.of(shape.rows(), 0.2 * columns);
    this.combine = Split.of(columns, 4.0 * rows.chunks());
  }

  @Override
  public int phases() {
    return 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? rows.chunks() : combine.chunks();
  }

  @Override
  public long localBytes() {
    return 12L * columns;
  }

  @Override
  public long sharedBytes() {
    return 16L * columns * rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (0.2 * columns * rows.count());
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 0) {
      accumulate(rows.from(chunk), rows.to(chunk), local, shared + 16L * columns * chunk);
    } else {
      combine((int) combine.from(chunk), (int) combine.to(chunk), shared);
    }
  }

  private void accumulate(long from, long to, long local, long into) {
    Floats.zero(into, 4L * columns);
    Floats.zero(local, 2L * columns);
    long pitch = 4L * columns;
    long shift = local + 2 * pitch;
    MemorySegment.copy(ALL, x + from * pitch, ALL, shift, pitch);
    for (long row = from; row < to; row += BLOCK) {
      int n = (int) Math.min(BLOCK, to - row);
      long base = x + row * pitch;
      int r = 0;
      for (; r + 8 <= n; r += 8) {
        eightRows(base + r * pitch, pitch, local, shift);
      }
      for (; r < n; r++) {
        oneRow(base + r * pitch, pitch, local, shift);
      }
      fold(row - from, n, local, into);
    }
  }

  private void eightRows(long base, long pitch, long sums, long shift) {
    long squares = sums + pitch;
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
      scalars(c, base + r * pitch, sums, shift);
    }
  }

  private void oneRow(long base, long pitch, long sums, long shift) {
    long squares = sums + pitch;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector d =
          FloatVector.fromMemorySegment(S, ALL, base + o, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, shift + o, ORDER));
      FloatVector.fromMemorySegment(S, ALL, sums + o, ORDER).add(d).intoMemorySegment(ALL, sums + o, ORDER);
      d.fma(d, FloatVector.fromMemorySegment(S, ALL, squares + o, ORDER)).intoMemorySegment(ALL, squares + o, ORDER);
    }
    scalars(c, base, sums, shift);
  }

  /** The columns behind the last whole vector. */
  private void scalars(int first, long base, long sums, long shift) {
    long squares = sums + 4L * columns;
    for (int c = first; c < columns; c++) {
      long o = 4L * c;
      float d = ALL.get(JAVA_FLOAT_UNALIGNED, base + o) - ALL.get(JAVA_FLOAT_UNALIGNED, shift + o);
      ALL.set(JAVA_FLOAT_UNALIGNED, sums + o, ALL.get(JAVA_FLOAT_UNALIGNED, sums + o) + d);
      ALL.set(JAVA_FLOAT_UNALIGNED, squares + o, Math.fma(d, d, ALL.get(JAVA_FLOAT_UNALIGNED, squares + o)));
    }
  }

  /** Joins a block of n rows to the rows before it; leaves the sums at zero and the new mean as the shift. */
  private void fold(long before, int n, long sums, long means) {
    long squares = sums + 4L * columns;
    long shifts = squares + 4L * columns;
    long m2s = means + 8L * columns;
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

  private void combine(int from, int to, long shared) {
    for (int c = from; c < to; c++) {
      double mean = 0;
      double m2 = 0;
      for (int k = 0; k < rows.chunks(); k++) {
        long at = shared + 16L * columns * k + 8L * c;
        long before = rows.from(k);
        double weight = (double) (rows.to(k) - before) / rows.to(k);
        double apart = ALL.get(JAVA_DOUBLE_UNALIGNED, at) - mean;
        mean += apart * weight;
        m2 += ALL.get(JAVA_DOUBLE_UNALIGNED, at + 8L * columns) + apart * apart * (before * weight);
      }
      // Rounding may leave a constant column's sum of squares a hair under zero; NaN stays.
      m2 = m2 < 0 ? 0 : m2;
      ALL.set(JAVA_FLOAT_UNALIGNED, out.mean + 4L * c, (float) mean);
      ALL.set(JAVA_FLOAT_UNALIGNED, out.inverseStd + 4L * c, (float) (1 / Math.sqrt(m2 / rows.count() + eps)));
      if (out.runningMean != 0) {
        update(out.runningMean + 4L * c, mean);
        update(out.runningVariance + 4L * c, m2 / (rows.count() - 1));
      }
    }
  }

  private void update(long running, double value) {
    double old = ALL.get(JAVA_FLOAT_UNALIGNED, running);
    ALL.set(JAVA_FLOAT_UNALIGNED, running, (float) ((1 - out.momentum) * old + out.momentum * value));
  }
}
