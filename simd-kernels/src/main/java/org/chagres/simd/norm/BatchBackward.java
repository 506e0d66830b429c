package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.NormShape;

/**
 * Backward of batch norm, or of batch norm and ReLU, in two passes over memory: column sums of g and of g · (x - mean), f32 over
 * at most 128 rows and then double, and after their combination dx = a · (g - b + (x - mean) · k). g is dy or, with a ReLU, dy
 * where the normalised value, worked out again from x as forward did, is over zero.
 */
final class BatchBackward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int BLOCK = 128;

  private final int columns;
  private final boolean training;
  private final long dy;
  private final long x;
  private final Columns in;
  private final ColumnGradients out;
  private final float floor;
  private final Split rows;
  private final Split combine;

  BatchBackward(NormShape shape, Mode mode, long dy, long x, Columns in, ColumnGradients out) {
    this.columns = shape.columns();
    this.training = mode.training();
    this.floor = ColumnGradients.floor(mode.relu());
    this.dy = dy;
    this.x = x;
    this.in = in;
    this.out = out;
    this.rows = Split.of(shape.rows(), 0.4 * columns);
    this.combine = Split.of(columns, 4.0 * rows.chunks());
  }

  /**
   * What is gone back through.
   *
   * @param training whether the moments came from x itself
   * @param relu whether a ReLU came after
   */
  record Mode(boolean training, boolean relu) {}

  private boolean sums() {
    return training || out.sums();
  }

  @Override
  public int phases() {
    return 3;
  }

  @Override
  public int chunks(int phase) {
    return phase == 1 ? combine.chunks() : rows.chunks();
  }

  @Override
  public long localBytes() {
    return 16L * columns;
  }

  @Override
  public long sharedBytes() {
    return ColumnGradients.numberBytes(columns) + ColumnGradients.sumBytes(columns) * rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (0.8 * columns * rows.count());
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    // shared: the numbers of each column, then each chunk's sums
    long partial = shared + ColumnGradients.numberBytes(columns);
    switch (phase) {
      case 0 -> {
        if (sums()) {
          accumulate(
              rows.from(chunk), rows.to(chunk), local, partial + ColumnGradients.sumBytes(columns) * chunk);
        }
      }
      case 1 -> {
        int chunks = sums() ? rows.chunks() : 0;
        out.join((int) combine.from(chunk), (int) combine.to(chunk), partial, chunks, shared);
      }
      default -> propagate(rows.from(chunk), rows.to(chunk), shared);
    }
  }

  private void accumulate(long from, long to, long local, long into) {
    Floats.zero(local, 2L * columns);
    Floats.zero(into, 4L * columns);
    in.scalesAndShifts(columns, local + 8L * columns);
    long pitch = 4L * columns;
    for (long block = from; block < to; block += BLOCK) {
      long end = Math.min(block + BLOCK, to);
      long row = block;
      for (; row + 4 <= end; row += 4) {
        sumFourRows(dy + row * pitch, x + row * pitch, pitch, local);
      }
      for (; row < end; row++) {
        sumRow(dy + row * pitch, x + row * pitch, 0, local);
      }
      Floats.drain(local, into, 2 * columns);
    }
  }

  private void sumFourRows(long g, long from, long pitch, long sums) {
    long mean = in.mean();
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      long s = sums + o;
      FloatVector m = FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER);
      FloatVector a = FloatVector.fromMemorySegment(S, ALL, s + 2 * pitch, ORDER);
      FloatVector b = FloatVector.fromMemorySegment(S, ALL, s + 3 * pitch, ORDER);
      long i = g + o;
      long j = from + o;
      FloatVector d0 = FloatVector.fromMemorySegment(S, ALL, j, ORDER).sub(m);
      FloatVector d1 = FloatVector.fromMemorySegment(S, ALL, j + pitch, ORDER).sub(m);
      var dead0 = d0.fma(a, b).compare(VectorOperators.LE, floor);
      var dead1 = d1.fma(a, b).compare(VectorOperators.LE, floor);
      FloatVector g0 = FloatVector.fromMemorySegment(S, ALL, i, ORDER).blend(0f, dead0);
      FloatVector g1 = FloatVector.fromMemorySegment(S, ALL, i + pitch, ORDER).blend(0f, dead1);
      FloatVector p0 = d1.fma(g1, d0.mul(g0));
      i += 2 * pitch;
      j += 2 * pitch;
      FloatVector d2 = FloatVector.fromMemorySegment(S, ALL, j, ORDER).sub(m);
      FloatVector d3 = FloatVector.fromMemorySegment(S, ALL, j + pitch, ORDER).sub(m);
      var dead2 = d2.fma(a, b).compare(VectorOperators.LE, floor);
      var dead3 = d3.fma(a, b).compare(VectorOperators.LE, floor);
      FloatVector g2 = FloatVector.fromMemorySegment(S, ALL, i, ORDER).blend(0f, dead2);
      FloatVector g3 = FloatVector.fromMemorySegment(S, ALL, i + pitch, ORDER).blend(0f, dead3);
      FloatVector p1 = d3.fma(g3, d2.mul(g2));
      FloatVector.fromMemorySegment(S, ALL, s, ORDER)
          .add(g0.add(g1).add(g2.add(g3)))
          .intoMemorySegment(ALL, s, ORDER);
      s += pitch;
      FloatVector.fromMemorySegment(S, ALL, s, ORDER).add(p0.add(p1)).intoMemorySegment(ALL, s, ORDER);
    }
    for (int r = 0; c < columns && r < 4; r++) {
      sumRow(g + r * pitch, from + r * pitch, c, sums);
    }
  }

  private void sumRow(long g, long from, int first, long sums) {
    long mean = in.mean();
    long pitch = 4L * columns;
    int c = first;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      long s = sums + o;
      FloatVector d =
          FloatVector.fromMemorySegment(S, ALL, from + o, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER));
      FloatVector z =
          d.fma(
              FloatVector.fromMemorySegment(S, ALL, s + 2 * pitch, ORDER),
              FloatVector.fromMemorySegment(S, ALL, s + 3 * pitch, ORDER));
      FloatVector v =
          FloatVector.fromMemorySegment(S, ALL, g + o, ORDER).blend(0f, z.compare(VectorOperators.LE, floor));
      d.fma(v, FloatVector.fromMemorySegment(S, ALL, s + pitch, ORDER)).intoMemorySegment(ALL, s + pitch, ORDER);
      FloatVector.fromMemorySegment(S, ALL, s, ORDER).add(v).intoMemorySegment(ALL, s, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      long s = sums + o;
      float d = ALL.get(JAVA_FLOAT_UNALIGNED, from + o) - ALL.get(JAVA_FLOAT_UNALIGNED, mean + o);
      float a = ALL.get(JAVA_FLOAT_UNALIGNED, s + 2 * pitch);
      float z = Math.fma(d, a, ALL.get(JAVA_FLOAT_UNALIGNED, s + 3 * pitch));
      float v = z <= floor ? 0f : ALL.get(JAVA_FLOAT_UNALIGNED, g + o);
      ALL.set(JAVA_FLOAT_UNALIGNED, s, ALL.get(JAVA_FLOAT_UNALIGNED, s) + v);
      ALL.set(JAVA_FLOAT_UNALIGNED, s + pitch, Math.fma(d, v, ALL.get(JAVA_FLOAT_UNALIGNED, s + pitch)));
    }
  }

  private void propagate(long from, long to, long numbers) {
    long pitch = 4L * columns;
    for (long row = from; row < to; row++) {
      long o = row * pitch;
      if (training) {
        out.training(dy + o, x + o, numbers, out.dx() + o);
      } else {
        out.evaluation(dy + o, x + o, numbers, out.dx() + o);
      }
    }
  }
}
