package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.NormShape;

/**
 * y = (x - mean) · scale + shift, with what lies under a floor set to zero: a floor of 0 is a ReLU, of -∞ nothing. The mean goes
 * off first: folded into the shift it would cancel where it is large. Four rows at a time share the loads of a column's numbers.
 */
final class BatchApply extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final int columns;
  private final long x;
  private final Columns in;
  private final long y;
  private final float floor;
  private final Split rows;

  BatchApply(NormShape shape, boolean relu, long x, Columns in, long y) {
    this.columns = shape.columns();
    this.x = x;
    this.in = in;
    this.y = y;
    this.floor = relu ? 0f : Float.NEGATIVE_INFINITY;
    this.rows = Split.of(shape.rows(), 0.3 * columns);
  }

  @Override
  public int chunks(int phase) {
    return rows.chunks();
  }

  @Override
  public long localBytes() {
    return 8L * columns;
  }

  @Override
  public long estimatedNanos() {
    return (long) (0.3 * columns * rows.count());
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    long pitch = 4L * columns;
    in.scalesAndShifts(columns, local);
    long to = rows.to(chunk);
    long row = rows.from(chunk);
    for (; row + 4 <= to; row += 4) {
      fourRows(x + row * pitch, y + row * pitch, pitch, local);
    }
    for (; row < to; row++) {
      oneRow(x + row * pitch, y + row * pitch, 0, local);
    }
  }

  private void fourRows(long from, long to, long pitch, long scales) {
    long mean = in.mean();
    long shifts = scales + pitch;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector m = FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER);
      FloatVector a = FloatVector.fromMemorySegment(S, ALL, scales + o, ORDER);
      FloatVector b = FloatVector.fromMemorySegment(S, ALL, shifts + o, ORDER);
      long i = from + o;
      long j = to + o;
      FloatVector v0 = FloatVector.fromMemorySegment(S, ALL, i, ORDER).sub(m).fma(a, b);
      FloatVector v1 = FloatVector.fromMemorySegment(S, ALL, i + pitch, ORDER).sub(m).fma(a, b);
      v0.blend(0f, v0.compare(VectorOperators.LT, floor)).intoMemorySegment(ALL, j, ORDER);
      v1.blend(0f, v1.compare(VectorOperators.LT, floor)).intoMemorySegment(ALL, j + pitch, ORDER);
      i += 2 * pitch;
      j += 2 * pitch;
      FloatVector v2 = FloatVector.fromMemorySegment(S, ALL, i, ORDER).sub(m).fma(a, b);
      FloatVector v3 = FloatVector.fromMemorySegment(S, ALL, i + pitch, ORDER).sub(m).fma(a, b);
      v2.blend(0f, v2.compare(VectorOperators.LT, floor)).intoMemorySegment(ALL, j, ORDER);
      v3.blend(0f, v3.compare(VectorOperators.LT, floor)).intoMemorySegment(ALL, j + pitch, ORDER);
    }
    for (int r = 0; c < columns && r < 4; r++) {
      oneRow(from + r * pitch, to + r * pitch, c, scales);
    }
  }

  private void oneRow(long from, long to, int first, long scales) {
    long mean = in.mean();
    long shifts = scales + 4L * columns;
    int c = first;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector v =
          FloatVector.fromMemorySegment(S, ALL, from + o, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER))
              .fma(
                  FloatVector.fromMemorySegment(S, ALL, scales + o, ORDER),
                  FloatVector.fromMemorySegment(S, ALL, shifts + o, ORDER));
      v.blend(0f, v.compare(VectorOperators.LT, floor)).intoMemorySegment(ALL, to + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      float centred = ALL.get(JAVA_FLOAT_UNALIGNED, from + o) - ALL.get(JAVA_FLOAT_UNALIGNED, mean + o);
      float scale = ALL.get(JAVA_FLOAT_UNALIGNED, scales + o);
      float v = Math.fma(centred, scale, ALL.get(JAVA_FLOAT_UNALIGNED, shifts + o));
      ALL.set(JAVA_FLOAT_UNALIGNED, to + o, v < floor ? 0f : v);
    }
  }
}
