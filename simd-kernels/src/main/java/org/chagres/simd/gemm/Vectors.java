package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.gemm.Tiles.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** A vector times a matrix: the two loops of {@link SkinnyGemm}. */
final class Vectors {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;
  private static final long V = 4L * LANES;

  /** Bytes of the eight results of {@link #pairDots}, and of those and the lanes behind them. */
  private static final long SUMS = 32;
  static final long PAIR_BYTES = SUMS + 8 * V;

  private static final VectorSpecies<Float> EIGHT = Lanes.EIGHT;
  private static final VectorSpecies<Float> FOUR = Lanes.FOUR;

  private Vectors() {}

  /**
   * Dot products of x with up to four rows of W.
   *
   * @param x k floats
   * @param w the first row
   * @param wRow bytes from a row to the next
   * @param rows how many rows, 1 to 4
   * @param k their length
   * @param to where the four results go; room for {@link #PAIR_BYTES}
   */
  static void dots(long x, long w, long wRow, int rows, int k, long to) {
    x &= ADDRESS;
    long w0 = w & ADDRESS;
    long w1 = (w + Math.min(1, rows - 1) * wRow) & ADDRESS; // a missing row is the last one again
    long w2 = (w + Math.min(2, rows - 1) * wRow) & ADDRESS;
    long w3 = (w + Math.min(3, rows - 1) * wRow) & ADDRESS;
    var s0 = FloatVector.zero(S);
    var s1 = FloatVector.zero(S);
    var s2 = FloatVector.zero(S);
    var s3 = FloatVector.zero(S);
    var t0 = FloatVector.zero(S);
    var t1 = FloatVector.zero(S);
    var t2 = FloatVector.zero(S);
    var t3 = FloatVector.zero(S);
    int whole = k - k % (2 * LANES);
    int i = 0;
    for (; i < whole; i += 2 * LANES) {
      long o = 4L * i;
      var x0 = FloatVector.fromMemorySegment(S, ALL, x + o, ORDER);
      var x1 = FloatVector.fromMemorySegment(S, ALL, x + o + V, ORDER);
      s0 = FloatVector.fromMemorySegment(S, ALL, w0 + o, ORDER).fma(x0, s0);
      s1 = FloatVector.fromMemorySegment(S, ALL, w1 + o, ORDER).fma(x0, s1);
      s2 = FloatVector.fromMemorySegment(S, ALL, w2 + o, ORDER).fma(x0, s2);
      s3 = FloatVector.fromMemorySegment(S, ALL, w3 + o, ORDER).fma(x0, s3);
      t0 = FloatVector.fromMemorySegment(S, ALL, w0 + o + V, ORDER).fma(x1, t0);
      t1 = FloatVector.fromMemorySegment(S, ALL, w1 + o + V, ORDER).fma(x1, t1);
      t2 = FloatVector.fromMemorySegment(S, ALL, w2 + o + V, ORDER).fma(x1, t2);
      t3 = FloatVector.fromMemorySegment(S, ALL, w3 + o + V, ORDER).fma(x1, t3);
    }
    // Through memory: a helper that takes a vector boxes it wherever C2 does not inline the call.
    long rest = (to + SUMS) & ADDRESS;
    s0.add(t0).intoMemorySegment(ALL, rest, ORDER);
    s1.add(t1).intoMemorySegment(ALL, rest + V, ORDER);
    s2.add(t2).intoMemorySegment(ALL, rest + 2 * V, ORDER);
    s3.add(t3).intoMemorySegment(ALL, rest + 3 * V, ORDER);
    float y0 = fold(rest);
    float y1 = fold(rest + V);
    float y2 = fold(rest + 2 * V);
    float y3 = fold(rest + 3 * V);
    for (; i < k; i++) {
      float xi = ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * i);
      y0 += xi * ALL.get(JAVA_FLOAT_UNALIGNED, w0 + 4L * i);
      y1 += xi * ALL.get(JAVA_FLOAT_UNALIGNED, w1 + 4L * i);
      y2 += xi * ALL.get(JAVA_FLOAT_UNALIGNED, w2 + 4L * i);
      y3 += xi * ALL.get(JAVA_FLOAT_UNALIGNED, w3 + 4L * i);
    }
    ALL.set(JAVA_FLOAT_UNALIGNED, to, y0);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 4, y1);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 8, y2);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 12, y3);
  }

  /**
   * Dot products of two vectors with four rows of W.
   *
   * @param x the first vector, k floats
   * @param xRow bytes from it to the second
   * @param w the first row
   * @param wRow bytes from a row to the next
   * @param k their length
   * @param to where the results go: four of the first vector, four of the second; room for {@link #PAIR_BYTES}
   */
  static void pairDots(long x, long xRow, long w, long wRow, int k, long to) {
    long xa = x & ADDRESS;
    long xb = (x + xRow) & ADDRESS;
    long w0 = w & ADDRESS;
    long w1 = (w + wRow) & ADDRESS;
    long w2 = (w + 2 * wRow) & ADDRESS;
    long w3 = (w + 3 * wRow) & ADDRESS;
    var a0 = FloatVector.zero(S);
    var a1 = FloatVector.zero(S);
    var a2 = FloatVector.zero(S);
    var a3 = FloatVector.zero(S);
    var b0 = FloatVector.zero(S);
    var b1 = FloatVector.zero(S);
    var b2 = FloatVector.zero(S);
    var b3 = FloatVector.zero(S);
    int whole = k - k % LANES;
    int i = 0;
    for (; i < whole; i += LANES) {
      long o = 4L * i;
      var va = FloatVector.fromMemorySegment(S, ALL, xa + o, ORDER);
      var vb = FloatVector.fromMemorySegment(S, ALL, xb + o, ORDER);
      var v0 = FloatVector.fromMemorySegment(S, ALL, w0 + o, ORDER);
      a0 = v0.fma(va, a0);
      b0 = v0.fma(vb, b0);
      var v1 = FloatVector.fromMemorySegment(S, ALL, w1 + o, ORDER);
      a1 = v1.fma(va, a1);
      b1 = v1.fma(vb, b1);
      var v2 = FloatVector.fromMemorySegment(S, ALL, w2 + o, ORDER);
      a2 = v2.fma(va, a2);
      b2 = v2.fma(vb, b2);
      var v3 = FloatVector.fromMemorySegment(S, ALL, w3 + o, ORDER);
      a3 = v3.fma(va, a3);
      b3 = v3.fma(vb, b3);
    }
    // Through memory: a helper that takes a vector boxes it wherever C2 does not inline the call.
    long rest = (to + SUMS) & ADDRESS;
    a0.intoMemorySegment(ALL, rest, ORDER);
    a1.intoMemorySegment(ALL, rest + V, ORDER);
    a2.intoMemorySegment(ALL, rest + 2 * V, ORDER);
    a3.intoMemorySegment(ALL, rest + 3 * V, ORDER);
    b0.intoMemorySegment(ALL, rest + 4 * V, ORDER);
    b1.intoMemorySegment(ALL, rest + 5 * V, ORDER);
    b2.intoMemorySegment(ALL, rest + 6 * V, ORDER);
    b3.intoMemorySegment(ALL, rest + 7 * V, ORDER);
    float ya0 = fold(rest);
    float ya1 = fold(rest + V);
    float ya2 = fold(rest + 2 * V);
    float ya3 = fold(rest + 3 * V);
    float yb0 = fold(rest + 4 * V);
    float yb1 = fold(rest + 5 * V);
    float yb2 = fold(rest + 6 * V);
    float yb3 = fold(rest + 7 * V);
    for (; i < k; i++) {
      float ea = ALL.get(JAVA_FLOAT_UNALIGNED, xa + 4L * i);
      float eb = ALL.get(JAVA_FLOAT_UNALIGNED, xb + 4L * i);
      float e0 = ALL.get(JAVA_FLOAT_UNALIGNED, w0 + 4L * i);
      ya0 += ea * e0;
      yb0 += eb * e0;
      float e1 = ALL.get(JAVA_FLOAT_UNALIGNED, w1 + 4L * i);
      ya1 += ea * e1;
      yb1 += eb * e1;
      float e2 = ALL.get(JAVA_FLOAT_UNALIGNED, w2 + 4L * i);
      ya2 += ea * e2;
      yb2 += eb * e2;
      float e3 = ALL.get(JAVA_FLOAT_UNALIGNED, w3 + 4L * i);
      ya3 += ea * e3;
      yb3 += eb * e3;
    }
    ALL.set(JAVA_FLOAT_UNALIGNED, to, ya0);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 4, ya1);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 8, ya2);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 12, ya3);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 16, yb0);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 20, yb1);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 24, yb2);
    ALL.set(JAVA_FLOAT_UNALIGNED, to + 28, yb3);
  }

  /**
   * The rows of W, each times its element of x, summed; four rows at a time.
   *
   * @param x k floats
   * @param w the first row
   * @param wRow bytes from a row to the next
   * @param k how many rows
   * @param width floats of a row
   * @param to where the {@code width} sums go
   */
  static void sumRows(long x, long w, long wRow, int k, int width, long to) {
    for (int j = 0; j < width; j++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * j, 0f);
    }
    int i = 0;
    for (; i + 3 < k; i += 4) {
      addFourRows(x + 4L * i, w + i * wRow, wRow, width, to);
    }
    for (; i < k; i++) {
      addRow(ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * i), w + i * wRow, width, to);
    }
  }

  private static void addFourRows(long x, long w, long wRow, int width, long to) {
    to &= ADDRESS;
    long w0 = w & ADDRESS;
    long w1 = (w + wRow) & ADDRESS;
    long w2 = (w + 2 * wRow) & ADDRESS;
    long w3 = (w + 3 * wRow) & ADDRESS;
    float x0 = ALL.get(JAVA_FLOAT_UNALIGNED, x);
    float x1 = ALL.get(JAVA_FLOAT_UNALIGNED, x + 4);
    float x2 = ALL.get(JAVA_FLOAT_UNALIGNED, x + 8);
    float x3 = ALL.get(JAVA_FLOAT_UNALIGNED, x + 12);
    var v0 = FloatVector.broadcast(S, x0);
    var v1 = FloatVector.broadcast(S, x1);
    var v2 = FloatVector.broadcast(S, x2);
    var v3 = FloatVector.broadcast(S, x3);
    int whole = width - width % LANES;
    int j = 0;
    for (; j < whole; j += LANES) {
      long o = 4L * j;
      var sum = FloatVector.fromMemorySegment(S, ALL, to + o, ORDER);
      sum = FloatVector.fromMemorySegment(S, ALL, w0 + o, ORDER).fma(v0, sum);
      sum = FloatVector.fromMemorySegment(S, ALL, w1 + o, ORDER).fma(v1, sum);
      sum = FloatVector.fromMemorySegment(S, ALL, w2 + o, ORDER).fma(v2, sum);
      sum = FloatVector.fromMemorySegment(S, ALL, w3 + o, ORDER).fma(v3, sum);
      sum.intoMemorySegment(ALL, to + o, ORDER);
    }
    for (; j < width; j++) {
      long o = 4L * j;
      float sum = ALL.get(JAVA_FLOAT_UNALIGNED, to + o);
      sum = Math.fma(x0, ALL.get(JAVA_FLOAT_UNALIGNED, w0 + o), sum);
      sum = Math.fma(x1, ALL.get(JAVA_FLOAT_UNALIGNED, w1 + o), sum);
      sum = Math.fma(x2, ALL.get(JAVA_FLOAT_UNALIGNED, w2 + o), sum);
      sum = Math.fma(x3, ALL.get(JAVA_FLOAT_UNALIGNED, w3 + o), sum);
      ALL.set(JAVA_FLOAT_UNALIGNED, to + o, sum);
    }
  }

  private static void addRow(float x, long w, int width, long to) {
    w &= ADDRESS;
    to &= ADDRESS;
    var v = FloatVector.broadcast(S, x);
    int whole = width - width % LANES;
    int j = 0;
    for (; j < whole; j += LANES) {
      var sum = FloatVector.fromMemorySegment(S, ALL, to + 4L * j, ORDER);
      sum = FloatVector.fromMemorySegment(S, ALL, w + 4L * j, ORDER).fma(v, sum);
      sum.intoMemorySegment(ALL, to + 4L * j, ORDER);
    }
    for (; j < width; j++) {
      float sum = Math.fma(x, ALL.get(JAVA_FLOAT_UNALIGNED, w + 4L * j), ALL.get(JAVA_FLOAT_UNALIGNED, to + 4L * j));
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * j, sum);
    }
  }

  /**
   * The sum of lanes in memory, which are overwritten, in one fixed order: the upper half is added to the lower, and so
   * on. {@code reduceLanes} leaves the order open, and the interpreter's is another than compiled code's.
   */
  private static float fold(long lanes) {
    long at = lanes & ADDRESS;
    if (LANES > 8) {
      FloatVector.fromMemorySegment(EIGHT, ALL, at, ORDER)
          .add(FloatVector.fromMemorySegment(EIGHT, ALL, at + 32, ORDER))
          .intoMemorySegment(ALL, at, ORDER);
    }
    if (LANES > 4) {
      FloatVector.fromMemorySegment(FOUR, ALL, at, ORDER)
          .add(FloatVector.fromMemorySegment(FOUR, ALL, at + 16, ORDER))
          .intoMemorySegment(ALL, at, ORDER);
    }
    float even = ALL.get(JAVA_FLOAT_UNALIGNED, at) + ALL.get(JAVA_FLOAT_UNALIGNED, at + 8);
    float odd = ALL.get(JAVA_FLOAT_UNALIGNED, at + 4) + ALL.get(JAVA_FLOAT_UNALIGNED, at + 12);
    return even + odd;
  }
}
