package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;
import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.NormShape;

/**
 * Backward of batch norm in two passes over memory: column sums of dy and of dy · (x - mean), f32 over at most 128 rows and
 * then double, and after their combination dx = a · (dy - b - (x - mean) · k).
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
  private final Out out;
  private final Split rows;
  private final Split combine;

  /** Addresses of the gradients; 0 where left out. */
  record Out(long x, long weight, long bias) {
    static Out of(NormShape shape, Gradients g) {
      long bytes = 4L * shape.columns();
      return new Out(
          address(g.x(), 4 * shape.count(), "dx"),
          optionalAddress(g.weight(), bytes, "weight gradient"),
          optionalAddress(g.bias(), bytes, "bias gradient"));
    }
  }

  BatchBackward(NormShape shape, boolean training, long dy, long x, Columns in, Out out) {
    this.columns = shape.columns();
    this.training = training;
    this.dy = dy;
    this.x = x;
    this.in = in;
    this.out = out;
    this.rows = Split.of(shape.rows(), 0.4 * columns);
    this.combine = Split.of(columns, 4.0 * rows.chunks());
  }

  private boolean sums() {
    return training || out.weight != 0 || out.bias != 0;
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
    return 8L * columns;
  }

  @Override
  public long sharedBytes() {
    return 12L * columns + 16L * columns * rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (0.8 * columns * rows.count());
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    // shared: the numbers a, b, k of each column, then each chunk's sums
    long partial = shared + 12L * columns;
    switch (phase) {
      case 0 -> {
        if (sums()) {
          accumulate(rows.from(chunk), rows.to(chunk), local, partial + 16L * columns * chunk);
        }
      }
      case 1 -> combine((int) combine.from(chunk), (int) combine.to(chunk), shared, partial);
      default -> propagate(rows.from(chunk), rows.to(chunk), shared);
    }
  }

  private void accumulate(long from, long to, long local, long into) {
    Floats.zero(local, 2L * columns);
    Floats.zero(into, 4L * columns);
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
      FloatVector m = FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER);
      long i = g + o;
      long j = from + o;
      FloatVector g0 = FloatVector.fromMemorySegment(S, ALL, i, ORDER);
      FloatVector g1 = FloatVector.fromMemorySegment(S, ALL, i + pitch, ORDER);
      FloatVector p0 = FloatVector.fromMemorySegment(S, ALL, j, ORDER).sub(m).mul(g0);
      p0 = FloatVector.fromMemorySegment(S, ALL, j + pitch, ORDER).sub(m).fma(g1, p0);
      i += 2 * pitch;
      j += 2 * pitch;
      FloatVector g2 = FloatVector.fromMemorySegment(S, ALL, i, ORDER);
      FloatVector g3 = FloatVector.fromMemorySegment(S, ALL, i + pitch, ORDER);
      FloatVector p1 = FloatVector.fromMemorySegment(S, ALL, j, ORDER).sub(m).mul(g2);
      p1 = FloatVector.fromMemorySegment(S, ALL, j + pitch, ORDER).sub(m).fma(g3, p1);
      long s = sums + o;
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
    long products = sums + 4L * columns;
    int c = first;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, g + o, ORDER);
      FloatVector.fromMemorySegment(S, ALL, from + o, ORDER)
          .sub(FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER))
          .fma(v, FloatVector.fromMemorySegment(S, ALL, products + o, ORDER))
          .intoMemorySegment(ALL, products + o, ORDER);
      FloatVector.fromMemorySegment(S, ALL, sums + o, ORDER).add(v).intoMemorySegment(ALL, sums + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      float v = ALL.get(JAVA_FLOAT_UNALIGNED, g + o);
      float centred = ALL.get(JAVA_FLOAT_UNALIGNED, from + o) - ALL.get(JAVA_FLOAT_UNALIGNED, mean + o);
      ALL.set(JAVA_FLOAT_UNALIGNED, sums + o, ALL.get(JAVA_FLOAT_UNALIGNED, sums + o) + v);
      ALL.set(
          JAVA_FLOAT_UNALIGNED, products + o, Math.fma(centred, v, ALL.get(JAVA_FLOAT_UNALIGNED, products + o)));
    }
  }

  private void combine(int from, int to, long numbers, long partial) {
    long pitch = 4L * columns;
    for (int c = from; c < to; c++) {
      double sum = 0;
      double product = 0;
      for (int k = 0; k < rows.chunks() && sums(); k++) {
        long at = partial + 16L * columns * k + 8L * c;
        sum += ALL.get(JAVA_DOUBLE_UNALIGNED, at);
        product += ALL.get(JAVA_DOUBLE_UNALIGNED, at + 8L * columns);
      }
      double inverse = ALL.get(JAVA_FLOAT_UNALIGNED, in.inverseStd() + 4L * c);
      if (out.bias != 0) {
        ALL.set(JAVA_FLOAT_UNALIGNED, out.bias + 4L * c, (float) sum);
      }
      if (out.weight != 0) {
        ALL.set(JAVA_FLOAT_UNALIGNED, out.weight + 4L * c, (float) (product * inverse));
      }
      long at = numbers + 4L * c;
      ALL.set(JAVA_FLOAT_UNALIGNED, at, in.scale(c));
      ALL.set(JAVA_FLOAT_UNALIGNED, at + pitch, (float) (sum / rows.count()));
      ALL.set(JAVA_FLOAT_UNALIGNED, at + 2 * pitch, (float) (product * inverse * inverse / rows.count()));
    }
  }

  private void propagate(long from, long to, long numbers) {
    long pitch = 4L * columns;
    for (long row = from; row < to; row++) {
      long o = row * pitch;
      if (training) {
        trainingRow(dy + o, x + o, numbers, out.x + o);
      } else {
        evaluationRow(dy + o, numbers, out.x + o);
      }
    }
  }

  private void trainingRow(long g, long from, long numbers, long to) {
    long mean = in.mean();
    long b = numbers + 4L * columns;
    long k = b + 4L * columns;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector slope =
          FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, from + o, ORDER));
      FloatVector rest =
          FloatVector.fromMemorySegment(S, ALL, g + o, ORDER).sub(FloatVector.fromMemorySegment(S, ALL, b + o, ORDER));
      slope
          .fma(FloatVector.fromMemorySegment(S, ALL, k + o, ORDER), rest)
          .mul(FloatVector.fromMemorySegment(S, ALL, numbers + o, ORDER))
          .intoMemorySegment(ALL, to + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      float slope = ALL.get(JAVA_FLOAT_UNALIGNED, mean + o) - ALL.get(JAVA_FLOAT_UNALIGNED, from + o);
      float rest = ALL.get(JAVA_FLOAT_UNALIGNED, g + o) - ALL.get(JAVA_FLOAT_UNALIGNED, b + o);
      float inner = Math.fma(slope, ALL.get(JAVA_FLOAT_UNALIGNED, k + o), rest);
      ALL.set(JAVA_FLOAT_UNALIGNED, to + o, inner * ALL.get(JAVA_FLOAT_UNALIGNED, numbers + o));
    }
  }

  private void evaluationRow(long g, long scales, long to) {
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector.fromMemorySegment(S, ALL, g + o, ORDER)
          .mul(FloatVector.fromMemorySegment(S, ALL, scales + o, ORDER))
          .intoMemorySegment(ALL, to + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      ALL.set(
          JAVA_FLOAT_UNALIGNED,
          to + o,
          ALL.get(JAVA_FLOAT_UNALIGNED, g + o) * ALL.get(JAVA_FLOAT_UNALIGNED, scales + o));
    }
  }
}
