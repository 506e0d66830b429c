package org.chagres.simd.norm;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;
import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.shape.NormShape;

/**
 * What the backward passes of a batch norm share, whatever they find their gradient in: {@link #join} takes the chunks' sums of g
 * and g · (x - mean) together, writes the gradients of weight and bias and leaves four numbers of each column, and {@link
 * #training} and {@link #evaluation} make a row of dx of them. Addresses are trusted, once {@link #of} has checked them.
 */
public final class ColumnGradients {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final int columns;
  private final long rows;
  private final Columns in;
  private final long dx;
  private final long weight;
  private final long bias;
  private final boolean relu;
  private final float floor;

  private ColumnGradients(NormShape shape, boolean relu, Columns in, long dx, long weight, long bias) {
    this.columns = shape.columns();
    this.rows = shape.rows();
    this.in = in;
    this.dx = dx;
    this.weight = weight;
    this.bias = bias;
    this.relu = relu;
    this.floor = floor(relu);
  }

  /** What lets no gradient through where the normalised value is at most this: 0, or NaN for all to pass. */
  static float floor(boolean relu) {
    return relu ? 0f : Float.NaN;
  }

  /**
   * Checks where gradients go.
   *
   * @param relu whether a ReLU came after, whose gradient the rows are given; a NaN lets a gradient through, as in PyTorch
   */
  public static ColumnGradients of(NormShape shape, boolean relu, Columns in, Gradients g) {
    long bytes = 4L * shape.columns();
    return new ColumnGradients(
        shape,
        relu,
        in,
        address(g.x(), 4 * shape.count(), "dx"),
        optionalAddress(g.weight(), bytes, "weight gradient"),
        optionalAddress(g.bias(), bytes, "bias gradient"));
  }

  /** Address of dx. */
  public long dx() {
    return dx;
  }

  /** Whether the sums are needed where statistics are not the batch's own: there is a gradient of weight or bias. */
  public boolean sums() {
    return weight != 0 || bias != 0;
  }

  /** Bytes of a chunk's sums: a column's Σg, then Σ g · (x - mean), double. */
  public static long sumBytes(int columns) {
    return 16L * columns;
  }

  /** Bytes of the numbers of all columns, f32: scale, Σg / n, k = -Σ g · (x - mean) · inverseStd² / n, shift. */
  public static long numberBytes(int columns) {
    return 16L * columns;
  }

  /**
   * Joins the sums of some columns over all chunks, in their order.
   *
   * @param from first column
   * @param to one past the last
   * @param sums address of the first chunk's sums; they lie {@link #sumBytes} apart
   * @param chunks how many; 0 where {@link #sums} are not needed
   * @param numbers where the numbers go
   */
  public void join(int from, int to, long sums, int chunks, long numbers) {
    long pitch = 4L * columns;
    for (int c = from; c < to; c++) {
      double sum = 0;
      double product = 0;
      for (int k = 0; k < chunks; k++) {
        long at = sums + sumBytes(columns) * k + 8L * c;
        sum += ALL.get(JAVA_DOUBLE_UNALIGNED, at);
        product += ALL.get(JAVA_DOUBLE_UNALIGNED, at + 8L * columns);
      }
      double inverse = ALL.get(JAVA_FLOAT_UNALIGNED, in.inverseStd() + 4L * c);
      if (bias != 0) {
        ALL.set(JAVA_FLOAT_UNALIGNED, bias + 4L * c, (float) sum);
      }
      if (weight != 0) {
        ALL.set(JAVA_FLOAT_UNALIGNED, weight + 4L * c, (float) (product * inverse));
      }
      long at = numbers + 4L * c;
      ALL.set(JAVA_FLOAT_UNALIGNED, at, in.scale(c));
      ALL.set(JAVA_FLOAT_UNALIGNED, at + pitch, (float) (sum / rows));
      ALL.set(JAVA_FLOAT_UNALIGNED, at + 2 * pitch, (float) (-product * inverse * inverse / rows));
      ALL.set(JAVA_FLOAT_UNALIGNED, at + 3 * pitch, in.shift(c));
    }
  }

  /**
   * A row of dx where the statistics are the batch's own: scale · (g - Σg/n + (x - mean) · k).
   *
   * @param g address of the row's gradient
   * @param x address of the row
   * @param numbers what {@link #join} left
   * @param to where the row of dx goes
   */
  public void training(long g, long x, long numbers, long to) {
    long mean = in.mean();
    long b = numbers + 4L * columns;
    long k = b + 4L * columns;
    long shift = k + 4L * columns;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector d =
          FloatVector.fromMemorySegment(S, ALL, x + o, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER));
      FloatVector scale = FloatVector.fromMemorySegment(S, ALL, numbers + o, ORDER);
      FloatVector z = d.fma(scale, FloatVector.fromMemorySegment(S, ALL, shift + o, ORDER));
      FloatVector v =
          FloatVector.fromMemorySegment(S, ALL, g + o, ORDER).blend(0f, z.compare(VectorOperators.LE, floor));
      FloatVector rest = v.sub(FloatVector.fromMemorySegment(S, ALL, b + o, ORDER));
      d.fma(FloatVector.fromMemorySegment(S, ALL, k + o, ORDER), rest)
          .mul(scale)
          .intoMemorySegment(ALL, to + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      training(o, masked(o, g, x, numbers), x, numbers, to);
    }
  }

  /** One element of {@link #training(long, long, long, long)}, at an offset of so many bytes in its row; g is its gradient. */
  public void training(long o, float g, long x, long numbers, long to) {
    long b = numbers + 4L * columns;
    long k = b + 4L * columns;
    float d = ALL.get(JAVA_FLOAT_UNALIGNED, x + o) - ALL.get(JAVA_FLOAT_UNALIGNED, in.mean() + o);
    float rest = g - ALL.get(JAVA_FLOAT_UNALIGNED, b + o);
    float inner = Math.fma(d, ALL.get(JAVA_FLOAT_UNALIGNED, k + o), rest);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + o, inner * ALL.get(JAVA_FLOAT_UNALIGNED, numbers + o));
  }

  private float masked(long o, long g, long x, long numbers) {
    float d = ALL.get(JAVA_FLOAT_UNALIGNED, x + o) - ALL.get(JAVA_FLOAT_UNALIGNED, in.mean() + o);
    float shift = ALL.get(JAVA_FLOAT_UNALIGNED, numbers + 12L * columns + o);
    float z = Math.fma(d, ALL.get(JAVA_FLOAT_UNALIGNED, numbers + o), shift);
    return z <= floor ? 0f : ALL.get(JAVA_FLOAT_UNALIGNED, g + o);
  }

  /** A row of dx where the statistics were given: scale · g. */
  public void evaluation(long g, long x, long numbers, long to) {
    if (relu) {
      evaluationMasked(g, x, numbers, to);
      return;
    }
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector.fromMemorySegment(S, ALL, g + o, ORDER)
          .mul(FloatVector.fromMemorySegment(S, ALL, numbers + o, ORDER))
          .intoMemorySegment(ALL, to + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      evaluation(o, ALL.get(JAVA_FLOAT_UNALIGNED, g + o), numbers, to);
    }
  }

  /** One element of {@link #evaluation(long, long, long, long)}, at an offset of so many bytes in its row. */
  public void evaluation(long o, float g, long numbers, long to) {
    ALL.set(JAVA_FLOAT_UNALIGNED, to + o, g * ALL.get(JAVA_FLOAT_UNALIGNED, numbers + o));
  }

  private void evaluationMasked(long g, long x, long numbers, long to) {
    long mean = in.mean();
    long shift = numbers + 12L * columns;
    int c = 0;
    for (; c + S.length() <= columns; c += S.length()) {
      long o = 4L * c;
      FloatVector scale = FloatVector.fromMemorySegment(S, ALL, numbers + o, ORDER);
      FloatVector z =
          FloatVector.fromMemorySegment(S, ALL, x + o, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, mean + o, ORDER))
              .fma(scale, FloatVector.fromMemorySegment(S, ALL, shift + o, ORDER));
      FloatVector.fromMemorySegment(S, ALL, g + o, ORDER)
          .blend(0f, z.compare(VectorOperators.LE, floor))
          .mul(scale)
          .intoMemorySegment(ALL, to + o, ORDER);
    }
    for (; c < columns; c++) {
      long o = 4L * c;
      evaluation(o, masked(o, g, x, numbers), numbers, to);
    }
  }
}
