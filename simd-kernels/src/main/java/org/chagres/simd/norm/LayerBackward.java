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
 * Backward of layer norm: a row's two sums, then its dx and its part of the column sums for weight and bias in one sweep. The
 * column sums run in f32 over 64 rows, in double over a chunk, and the second phase adds the chunks' in order.
 */
final class LayerBackward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int ROWS = 64;
  private static final int BLOCK = 2048;

  private final int columns;
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

  LayerBackward(NormShape shape, long dy, long x, Columns in, Out out) {
    this.columns = shape.columns();
    this.dy = dy;
    this.x = x;
    this.in = in;
    this.out = out;
    this.rows = Split.of(shape.rows(), 20 + 0.8 * columns);
    this.combine = Split.of(columns, 4.0 * rows.chunks());
  }

  @Override
  public int phases() {
    return out.weight() == 0 && out.bias() == 0 ? 1 : 2;
  }

  @Override
  public int chunks(int phase) {
    return phase == 0 ? rows.chunks() : combine.chunks();
  }

  @Override
  public long localBytes() {
    // two vectors, sums of the columns, weight and bias
    return 8L * S.length() + 16L * columns;
  }

  @Override
  public long sharedBytes() {
    return 16L * columns * rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (rows.count() * (20 + 0.8 * columns));
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (phase == 0) {
      rows(rows.from(chunk), rows.to(chunk), local, shared + 16L * columns * chunk);
    } else {
      combine((int) combine.from(chunk), (int) combine.to(chunk), shared);
    }
  }

  private void rows(long first, long to, long local, long into) {
    long pitch = 4L * columns;
    long sums = local + 8L * S.length();
    long weight = sums + 2 * pitch;
    LayerForward.weights(in, columns, weight);
    Floats.zero(sums, 2L * columns);
    Floats.zero(into, 4L * columns);
    for (long row = first; row < to; row++) {
      long g = dy + row * pitch;
      long from = x + row * pitch;
      float mean = ALL.get(JAVA_FLOAT_UNALIGNED, in.mean() + 4 * row);
      float inverse = ALL.get(JAVA_FLOAT_UNALIGNED, in.inverseStd() + 4 * row);
      double sum = 0;
      double product = 0;
      for (int c = 0; c < columns; c += BLOCK) {
        int n = Math.min(BLOCK, columns - c);
        int whole = n / S.length() * S.length();
        rowSums(whole, g + 4L * c, from + 4L * c, mean, weight + 4L * c, local);
        sum += Floats.sum(local, S.length());
        product += Floats.sum(local + 4L * S.length(), S.length());
        for (int i = c + whole; i < c + n; i++) {
          float v = ALL.get(JAVA_FLOAT_UNALIGNED, g + 4L * i) * ALL.get(JAVA_FLOAT_UNALIGNED, weight + 4L * i);
          sum += v;
          product += (double) v * (ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * i) - mean);
        }
      }
      float b = (float) (sum / columns);
      float k = (float) (product * inverse / columns);
      write(row, b, k, weight, sums);
      if ((row - first) % ROWS == ROWS - 1 || row == to - 1) {
        Floats.drain(sums, into, 2 * columns);
      }
    }
  }

  private static void rowSums(int n, long g, long from, float mean, long weight, long local) {
    FloatVector sum = FloatVector.zero(S);
    FloatVector product = FloatVector.zero(S);
    for (int c = 0; c < n; c += S.length()) {
      long o = 4L * c;
      FloatVector v =
          FloatVector.fromMemorySegment(S, ALL, g + o, ORDER)
              .mul(FloatVector.fromMemorySegment(S, ALL, weight + o, ORDER));
      sum = sum.add(v);
      product = FloatVector.fromMemorySegment(S, ALL, from + o, ORDER).sub(mean).fma(v, product);
    }
    sum.intoMemorySegment(ALL, local, ORDER);
    product.intoMemorySegment(ALL, local + 4L * S.length(), ORDER);
  }

  /** dx of a row from Σg/n and Σ(g·x̂)/n, and its part of the column sums. */
  private void write(long row, float b, float k, long weight, long sums) {
    float mean = ALL.get(JAVA_FLOAT_UNALIGNED, in.mean() + 4 * row);
    float inverse = ALL.get(JAVA_FLOAT_UNALIGNED, in.inverseStd() + 4 * row);
    long base = 4L * columns * row;
    long products = sums + 4L * columns;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector g = FloatVector.fromMemorySegment(S, ALL, dy + base + o, ORDER);
      FloatVector hat = FloatVector.fromMemorySegment(S, ALL, x + base + o, ORDER).sub(mean).mul(inverse);
      FloatVector rest = g.mul(FloatVector.fromMemorySegment(S, ALL, weight + o, ORDER)).sub(b);
      hat.fma(FloatVector.broadcast(S, -k), rest).mul(inverse).intoMemorySegment(ALL, out.x() + base + o, ORDER);
      FloatVector.fromMemorySegment(S, ALL, sums + o, ORDER).add(g).intoMemorySegment(ALL, sums + o, ORDER);
      hat.fma(g, FloatVector.fromMemorySegment(S, ALL, products + o, ORDER))
          .intoMemorySegment(ALL, products + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      float g = ALL.get(JAVA_FLOAT_UNALIGNED, dy + base + o);
      float hat = (ALL.get(JAVA_FLOAT_UNALIGNED, x + base + o) - mean) * inverse;
      float rest = g * ALL.get(JAVA_FLOAT_UNALIGNED, weight + o) - b;
      ALL.set(JAVA_FLOAT_UNALIGNED, out.x() + base + o, Math.fma(hat, -k, rest) * inverse);
      ALL.set(JAVA_FLOAT_UNALIGNED, sums + o, ALL.get(JAVA_FLOAT_UNALIGNED, sums + o) + g);
      ALL.set(JAVA_FLOAT_UNALIGNED, products + o, Math.fma(hat, g, ALL.get(JAVA_FLOAT_UNALIGNED, products + o)));
    }
  }

  private void combine(int from, int to, long shared) {
    for (int c = from; c < to; c++) {
      double sum = 0;
      double product = 0;
      for (int k = 0; k < rows.chunks(); k++) {
        long at = shared + 16L * columns * k + 8L * c;
        sum += ALL.get(JAVA_DOUBLE_UNALIGNED, at);
        product += ALL.get(JAVA_DOUBLE_UNALIGNED, at + 8L * columns);
      }
      if (out.bias() != 0) {
        ALL.set(JAVA_FLOAT_UNALIGNED, out.bias() + 4L * c, (float) sum);
      }
      if (out.weight() != 0) {
        ALL.set(JAVA_FLOAT_UNALIGNED, out.weight() + 4L * c, (float) product);
      }
    }
  }
}
