package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.NormShape;

/**
 * Layer norm, row by row while the row is in cache: sum; sum and sum of squares of what is left off that mean, which corrects
 * both mean and variance; result.
 */
final class LayerForward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Columns summed in f32 before double takes over. */
  private static final int BLOCK = 2048;

  private final int columns;
  private final double eps;
  private final long x;
  private final Columns in;
  private final long y;
  private final Split rows;

  LayerForward(NormShape shape, long x, Columns in, long y) {
    this.columns = shape.columns();
    this.eps = shape.eps();
    this.x = x;
    this.in = in;
    this.y = y;
    this.rows = Split.of(shape.rows(), 20 + 0.4 * columns);
  }

  @Override
  public int chunks(int phase) {
    return rows.chunks();
  }

  @Override
  public long localBytes() {
    return 8L * columns + 8L * S.length();
  }

  @Override
  public long estimatedNanos() {
    return (long) (rows.count() * (20 + 0.4 * columns));
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    long pitch = 4L * columns;
    long weight = local + 8L * S.length();
    weights(in, columns, weight);
    for (long row = rows.from(chunk); row < rows.to(chunk); row++) {
      long from = x + row * pitch;
      float guess = (float) (sum(from, 0f, local, false) / columns);
      double rest = sum(from, guess, local, false) / columns;
      double variance = Math.max(0, sum(from, guess, local, true) / columns - rest * rest);
      float mean = (float) (guess + rest);
      float inverse = (float) (1 / Math.sqrt(variance + eps));
      ALL.set(JAVA_FLOAT_UNALIGNED, in.mean() + 4 * row, mean);
      ALL.set(JAVA_FLOAT_UNALIGNED, in.inverseStd() + 4 * row, inverse);
      write(from, mean, inverse, weight, y + row * pitch);
    }
  }

  /** Weight and bias of all columns side by side, ones and zeros where left out. */
  static void weights(Columns in, int columns, long to) {
    long pitch = 4L * columns;
    for (int c = 0; c < columns && in.weight() == 0; c++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * c, 1f);
    }
    if (in.weight() != 0) {
      MemorySegment.copy(ALL, in.weight(), ALL, to, pitch);
    }
    if (in.bias() == 0) {
      Floats.zero(to + pitch, columns);
    } else {
      MemorySegment.copy(ALL, in.bias(), ALL, to + pitch, pitch);
    }
  }

  private double sum(long from, float shift, long local, boolean squares) {
    double total = 0;
    for (int c = 0; c < columns; c += BLOCK) {
      int n = Math.min(BLOCK, columns - c);
      total += squares ? sumSquares(from + 4L * c, n, shift, local) : sumValues(from + 4L * c, n, shift, local);
    }
    return total;
  }

  private static double sumValues(long from, int n, float shift, long local) {
    FloatVector a = FloatVector.zero(S);
    FloatVector b = FloatVector.zero(S);
    int c = 0;
    for (; c + 2 * S.length() <= n; c += 2 * S.length()) {
      a = a.add(FloatVector.fromMemorySegment(S, ALL, from + 4L * c, ORDER).sub(shift));
      b = b.add(FloatVector.fromMemorySegment(S, ALL, from + 4L * c + 4L * S.length(), ORDER).sub(shift));
    }
    a.add(b).intoMemorySegment(ALL, local, ORDER);
    double total = Floats.sum(local, S.length());
    for (; c < n; c++) {
      total += ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * c) - shift;
    }
    return total;
  }

  private static double sumSquares(long from, int n, float shift, long local) {
    FloatVector a = FloatVector.zero(S);
    FloatVector b = FloatVector.zero(S);
    int c = 0;
    for (; c + 2 * S.length() <= n; c += 2 * S.length()) {
      FloatVector d = FloatVector.fromMemorySegment(S, ALL, from + 4L * c, ORDER).sub(shift);
      FloatVector e = FloatVector.fromMemorySegment(S, ALL, from + 4L * c + 4L * S.length(), ORDER).sub(shift);
      a = d.fma(d, a);
      b = e.fma(e, b);
    }
    a.add(b).intoMemorySegment(ALL, local, ORDER);
    double total = Floats.sum(local, S.length());
    for (; c < n; c++) {
      double d = ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * c) - shift;
      total += d * d;
    }
    return total;
  }

  private void write(long from, float mean, float inverse, long weight, long to) {
    long bias = weight + 4L * columns;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector.fromMemorySegment(S, ALL, from + o, ORDER)
          .sub(mean)
          .mul(inverse)
          .fma(
              FloatVector.fromMemorySegment(S, ALL, weight + o, ORDER),
              FloatVector.fromMemorySegment(S, ALL, bias + o, ORDER))
          .intoMemorySegment(ALL, to + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      float hat = (ALL.get(JAVA_FLOAT_UNALIGNED, from + o) - mean) * inverse;
      float w = ALL.get(JAVA_FLOAT_UNALIGNED, weight + o);
      ALL.set(JAVA_FLOAT_UNALIGNED, to + o, Math.fma(hat, w, ALL.get(JAVA_FLOAT_UNALIGNED, bias + o)));
    }
  }
}
