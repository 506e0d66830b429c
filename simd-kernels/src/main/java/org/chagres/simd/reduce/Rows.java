package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The loops over contiguous f32 that give one value: sums in double, extremes. The lanes of the accumulators are
 * added one after another at the end, since the order of the Vector API's own reductions is not defined, and with it
 * their bits.
 */
final class Rows {

  /** Scratch bytes for the lanes. */
  static final long BYTES = 64;

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Float> HALF = Wide.HALF;
  private static final VectorSpecies<Double> D = Wide.DOUBLE;
  private static final int LANES = Wide.LANES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Rows() {}

  private static float get(long x, int i) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * i);
  }

  private static double lanes(long local) {
    double sum = ALL.get(JAVA_DOUBLE_UNALIGNED, local);
    for (int i = 1; i < LANES; i++) {
      sum += ALL.get(JAVA_DOUBLE_UNALIGNED, local + 8L * i);
    }
    return sum;
  }

  /** Σ x. */
  static double sum(long x, int n, long local) {
    DoubleVector s0 = DoubleVector.zero(D);
    DoubleVector s1 = DoubleVector.zero(D);
    DoubleVector s2 = DoubleVector.zero(D);
    DoubleVector s3 = DoubleVector.zero(D);
    int whole = n - n % (4 * LANES);
    for (int i = 0; i < whole; i += 4 * LANES) {
      FloatVector f0 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * i, ORDER);
      DoubleVector u0 = (DoubleVector) f0.convertShape(VectorOperators.F2D, D, 0);
      s0 = s0.add(u0);
      FloatVector f1 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + LANES), ORDER);
      DoubleVector u1 = (DoubleVector) f1.convertShape(VectorOperators.F2D, D, 0);
      s1 = s1.add(u1);
      FloatVector f2 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + 2 * LANES), ORDER);
      DoubleVector u2 = (DoubleVector) f2.convertShape(VectorOperators.F2D, D, 0);
      s2 = s2.add(u2);
      FloatVector f3 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + 3 * LANES), ORDER);
      DoubleVector u3 = (DoubleVector) f3.convertShape(VectorOperators.F2D, D, 0);
      s3 = s3.add(u3);
    }
    s0.add(s1).add(s2.add(s3)).intoMemorySegment(ALL, local, ORDER);
    double sum = lanes(local);
    for (int i = whole; i < n; i++) {
      sum += get(x, i);
    }
    return sum;
  }

  /** Σ x². */
  static double sumSquares(long x, int n, long local) {
    DoubleVector s0 = DoubleVector.zero(D);
    DoubleVector s1 = DoubleVector.zero(D);
    DoubleVector s2 = DoubleVector.zero(D);
    DoubleVector s3 = DoubleVector.zero(D);
    int whole = n - n % (4 * LANES);
    for (int i = 0; i < whole; i += 4 * LANES) {
      FloatVector f0 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * i, ORDER);
      DoubleVector v0 = (DoubleVector) f0.convertShape(VectorOperators.F2D, D, 0);
      s0 = v0.fma(v0, s0);
      FloatVector f1 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + LANES), ORDER);
      DoubleVector v1 = (DoubleVector) f1.convertShape(VectorOperators.F2D, D, 0);
      s1 = v1.fma(v1, s1);
      FloatVector f2 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + 2 * LANES), ORDER);
      DoubleVector v2 = (DoubleVector) f2.convertShape(VectorOperators.F2D, D, 0);
      s2 = v2.fma(v2, s2);
      FloatVector f3 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + 3 * LANES), ORDER);
      DoubleVector v3 = (DoubleVector) f3.convertShape(VectorOperators.F2D, D, 0);
      s3 = v3.fma(v3, s3);
    }
    s0.add(s1).add(s2.add(s3)).intoMemorySegment(ALL, local, ORDER);
    double sum = lanes(local);
    for (int i = whole; i < n; i++) {
      double v = get(x, i);
      sum = Math.fma(v, v, sum);
    }
    return sum;
  }

  /** Σ (x - mean)². */
  static double centredSquares(long x, double mean, int n, long local) {
    DoubleVector s0 = DoubleVector.zero(D);
    DoubleVector s1 = DoubleVector.zero(D);
    DoubleVector s2 = DoubleVector.zero(D);
    DoubleVector s3 = DoubleVector.zero(D);
    DoubleVector m = DoubleVector.broadcast(D, mean);
    int whole = n - n % (4 * LANES);
    for (int i = 0; i < whole; i += 4 * LANES) {
      FloatVector f0 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * i, ORDER);
      DoubleVector v0 = ((DoubleVector) f0.convertShape(VectorOperators.F2D, D, 0)).sub(m);
      s0 = v0.fma(v0, s0);
      FloatVector f1 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + LANES), ORDER);
      DoubleVector v1 = ((DoubleVector) f1.convertShape(VectorOperators.F2D, D, 0)).sub(m);
      s1 = v1.fma(v1, s1);
      FloatVector f2 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + 2 * LANES), ORDER);
      DoubleVector v2 = ((DoubleVector) f2.convertShape(VectorOperators.F2D, D, 0)).sub(m);
      s2 = v2.fma(v2, s2);
      FloatVector f3 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + 3 * LANES), ORDER);
      DoubleVector v3 = ((DoubleVector) f3.convertShape(VectorOperators.F2D, D, 0)).sub(m);
      s3 = v3.fma(v3, s3);
    }
    s0.add(s1).add(s2.add(s3)).intoMemorySegment(ALL, local, ORDER);
    double sum = lanes(local);
    for (int i = whole; i < n; i++) {
      double v = get(x, i) - mean;
      sum = Math.fma(v, v, sum);
    }
    return sum;
  }

  /** Σ a · b. */
  static double dot(long a, long b, int n, long local) {
    DoubleVector s0 = DoubleVector.zero(D);
    DoubleVector s1 = DoubleVector.zero(D);
    DoubleVector s2 = DoubleVector.zero(D);
    DoubleVector s3 = DoubleVector.zero(D);
    int whole = n - n % (4 * LANES);
    for (int i = 0; i < whole; i += 4 * LANES) {
      FloatVector f0 = FloatVector.fromMemorySegment(HALF, ALL, a + 4L * i, ORDER);
      DoubleVector u0 = (DoubleVector) f0.convertShape(VectorOperators.F2D, D, 0);
      FloatVector g0 = FloatVector.fromMemorySegment(HALF, ALL, b + 4L * i, ORDER);
      DoubleVector w0 = (DoubleVector) g0.convertShape(VectorOperators.F2D, D, 0);
      s0 = u0.fma(w0, s0);
      FloatVector f1 = FloatVector.fromMemorySegment(HALF, ALL, a + 4L * (i + LANES), ORDER);
      DoubleVector u1 = (DoubleVector) f1.convertShape(VectorOperators.F2D, D, 0);
      FloatVector g1 = FloatVector.fromMemorySegment(HALF, ALL, b + 4L * (i + LANES), ORDER);
      DoubleVector w1 = (DoubleVector) g1.convertShape(VectorOperators.F2D, D, 0);
      s1 = u1.fma(w1, s1);
      FloatVector f2 = FloatVector.fromMemorySegment(HALF, ALL, a + 4L * (i + 2 * LANES), ORDER);
      DoubleVector u2 = (DoubleVector) f2.convertShape(VectorOperators.F2D, D, 0);
      FloatVector g2 = FloatVector.fromMemorySegment(HALF, ALL, b + 4L * (i + 2 * LANES), ORDER);
      DoubleVector w2 = (DoubleVector) g2.convertShape(VectorOperators.F2D, D, 0);
      s2 = u2.fma(w2, s2);
      FloatVector f3 = FloatVector.fromMemorySegment(HALF, ALL, a + 4L * (i + 3 * LANES), ORDER);
      DoubleVector u3 = (DoubleVector) f3.convertShape(VectorOperators.F2D, D, 0);
      FloatVector g3 = FloatVector.fromMemorySegment(HALF, ALL, b + 4L * (i + 3 * LANES), ORDER);
      DoubleVector w3 = (DoubleVector) g3.convertShape(VectorOperators.F2D, D, 0);
      s3 = u3.fma(w3, s3);
    }
    s0.add(s1).add(s2.add(s3)).intoMemorySegment(ALL, local, ORDER);
    double sum = lanes(local);
    for (int i = whole; i < n; i++) {
      sum = Math.fma((double) get(a, i), (double) get(b, i), sum);
    }
    return sum;
  }

  /** Π x, in double. */
  static double product(long x, int n, long local) {
    DoubleVector p0 = DoubleVector.broadcast(D, 1);
    DoubleVector p1 = p0;
    int whole = n - n % (2 * LANES);
    for (int i = 0; i < whole; i += 2 * LANES) {
      FloatVector f0 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * i, ORDER);
      DoubleVector u0 = (DoubleVector) f0.convertShape(VectorOperators.F2D, D, 0);
      p0 = p0.mul(u0);
      FloatVector f1 = FloatVector.fromMemorySegment(HALF, ALL, x + 4L * (i + LANES), ORDER);
      DoubleVector u1 = (DoubleVector) f1.convertShape(VectorOperators.F2D, D, 0);
      p1 = p1.mul(u1);
    }
    p0.mul(p1).intoMemorySegment(ALL, local, ORDER);
    double product = 1;
    for (int i = 0; i < LANES; i++) {
      product *= ALL.get(JAVA_DOUBLE_UNALIGNED, local + 8L * i);
    }
    for (int i = whole; i < n; i++) {
      product *= get(x, i);
    }
    return product;
  }

  /** The largest; NaN where any is; minus infinity where there is none. */
  static float max(long x, int n, long local) {
    FloatVector m0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    int whole = n - n % (2 * Lanes.COUNT);
    for (int i = 0; i < whole; i += 2 * Lanes.COUNT) {
      FloatVector v0 = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(S, ALL, x + 4L * (i + Lanes.COUNT), ORDER);
      // Nothing is larger than a NaN, so once there it stays.
      m0 = m0.blend(v0, v0.compare(VectorOperators.GT, m0)).blend(v0, v0.compare(VectorOperators.NE, v0));
      m1 = m1.blend(v1, v1.compare(VectorOperators.GT, m1)).blend(v1, v1.compare(VectorOperators.NE, v1));
    }
    m0.intoMemorySegment(ALL, local, ORDER);
    float best = maxOf(Float.NEGATIVE_INFINITY, local, 0, Lanes.COUNT);
    m1.intoMemorySegment(ALL, local, ORDER);
    best = maxOf(best, local, 0, Lanes.COUNT);
    return maxOf(best, x, whole, n);
  }

  /** The larger of a start and of elements from {@code begin} to {@code end}; NaN where any is. */
  static float maxOf(float start, long x, int begin, int end) {
    float best = start;
    for (int i = begin; i < end; i++) {
      float v = get(x, i);
      if (v > best || Float.isNaN(v)) {
        best = v;
      }
    }
    return best;
  }

  /** The smallest; NaN where any is; infinity where there is none. */
  static float min(long x, int n, long local) {
    FloatVector m0 = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
    FloatVector m1 = m0;
    int whole = n - n % (2 * Lanes.COUNT);
    for (int i = 0; i < whole; i += 2 * Lanes.COUNT) {
      FloatVector v0 = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(S, ALL, x + 4L * (i + Lanes.COUNT), ORDER);
      // Nothing is smaller than a NaN, so once there it stays.
      m0 = m0.blend(v0, v0.compare(VectorOperators.LT, m0)).blend(v0, v0.compare(VectorOperators.NE, v0));
      m1 = m1.blend(v1, v1.compare(VectorOperators.LT, m1)).blend(v1, v1.compare(VectorOperators.NE, v1));
    }
    m0.intoMemorySegment(ALL, local, ORDER);
    float best = minOf(Float.POSITIVE_INFINITY, local, 0, Lanes.COUNT);
    m1.intoMemorySegment(ALL, local, ORDER);
    best = minOf(best, local, 0, Lanes.COUNT);
    return minOf(best, x, whole, n);
  }

  private static float minOf(float start, long x, int begin, int end) {
    float best = start;
    for (int i = begin; i < end; i++) {
      float v = get(x, i);
      if (v < best || Float.isNaN(v)) {
        best = v;
      }
    }
    return best;
  }

  /** The first position of a value that is there; a NaN is found too. */
  static int find(long x, int n, float value) {
    int whole = n - n % Lanes.COUNT;
    int i = 0;
    if (!Float.isNaN(value)) {
      for (; i < whole; i += Lanes.COUNT) {
        FloatVector v = FloatVector.fromMemorySegment(S, ALL, x + 4L * i, ORDER);
        if (v.compare(VectorOperators.EQ, value).anyTrue()) {
          break;
        }
      }
    }
    for (; i < n; i++) {
      float v = get(x, i);
      if (v == value || Float.isNaN(v) && Float.isNaN(value)) {
        return i;
      }
    }
    return 0;
  }
}
