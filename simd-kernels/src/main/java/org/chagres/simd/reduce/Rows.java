package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.math.Vectors.load;
import static org.chagres.simd.math.Vectors.splat;
import static org.chagres.simd.math.Vectors.store;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * The loops over contiguous f32 that give one value: sums in double, extremes. The lanes of the accumulators are added one after
 * another at the end, since the order of the Vector API's own reductions is not defined, and with it their bits.
 */
final class Rows {

  /** Scratch bytes for the lanes. */
  static final long BYTES = 64;

  private static final VectorSpecies<Double> D = Wide.DOUBLE;
  private static final int LANES = Wide.LANES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Rows() {}

  private static float get(long x, int i) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * i);
  }

  private static double lanes(DoubleVector v, long local) {
    v.intoMemorySegment(ALL, local, ORDER);
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
      s0 = s0.add(Wide.load(x + 4L * i));
      s1 = s1.add(Wide.load(x + 4L * (i + LANES)));
      s2 = s2.add(Wide.load(x + 4L * (i + 2 * LANES)));
      s3 = s3.add(Wide.load(x + 4L * (i + 3 * LANES)));
    }
    double sum = lanes(s0.add(s1).add(s2.add(s3)), local);
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
      DoubleVector v0 = Wide.load(x + 4L * i);
      s0 = v0.fma(v0, s0);
      DoubleVector v1 = Wide.load(x + 4L * (i + LANES));
      s1 = v1.fma(v1, s1);
      DoubleVector v2 = Wide.load(x + 4L * (i + 2 * LANES));
      s2 = v2.fma(v2, s2);
      DoubleVector v3 = Wide.load(x + 4L * (i + 3 * LANES));
      s3 = v3.fma(v3, s3);
    }
    double sum = lanes(s0.add(s1).add(s2.add(s3)), local);
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
      DoubleVector v0 = Wide.load(x + 4L * i).sub(m);
      s0 = v0.fma(v0, s0);
      DoubleVector v1 = Wide.load(x + 4L * (i + LANES)).sub(m);
      s1 = v1.fma(v1, s1);
      DoubleVector v2 = Wide.load(x + 4L * (i + 2 * LANES)).sub(m);
      s2 = v2.fma(v2, s2);
      DoubleVector v3 = Wide.load(x + 4L * (i + 3 * LANES)).sub(m);
      s3 = v3.fma(v3, s3);
    }
    double sum = lanes(s0.add(s1).add(s2.add(s3)), local);
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
      s0 = Wide.load(a + 4L * i).fma(Wide.load(b + 4L * i), s0);
      s1 = Wide.load(a + 4L * (i + LANES)).fma(Wide.load(b + 4L * (i + LANES)), s1);
      s2 = Wide.load(a + 4L * (i + 2 * LANES)).fma(Wide.load(b + 4L * (i + 2 * LANES)), s2);
      s3 = Wide.load(a + 4L * (i + 3 * LANES)).fma(Wide.load(b + 4L * (i + 3 * LANES)), s3);
    }
    double sum = lanes(s0.add(s1).add(s2.add(s3)), local);
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
      p0 = p0.mul(Wide.load(x + 4L * i));
      p1 = p1.mul(Wide.load(x + 4L * (i + LANES)));
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
    FloatVector m0 = splat(Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    int whole = n - n % (2 * Lanes.COUNT);
    for (int i = 0; i < whole; i += 2 * Lanes.COUNT) {
      FloatVector v0 = load(x + 4L * i);
      FloatVector v1 = load(x + 4L * (i + Lanes.COUNT));
      // Nothing is larger than a NaN, so once there it stays.
      m0 = m0.blend(v0, v0.compare(VectorOperators.GT, m0)).blend(v0, v0.compare(VectorOperators.NE, v0));
      m1 = m1.blend(v1, v1.compare(VectorOperators.GT, m1)).blend(v1, v1.compare(VectorOperators.NE, v1));
    }
    store(m0, local);
    float best = maxOf(Float.NEGATIVE_INFINITY, local, 0, Lanes.COUNT);
    store(m1, local);
    best = maxOf(best, local, 0, Lanes.COUNT);
    return maxOf(best, x, whole, n);
  }

  private static float maxOf(float start, long x, int begin, int end) {
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
    FloatVector m0 = splat(Float.POSITIVE_INFINITY);
    FloatVector m1 = m0;
    int whole = n - n % (2 * Lanes.COUNT);
    for (int i = 0; i < whole; i += 2 * Lanes.COUNT) {
      FloatVector v0 = load(x + 4L * i);
      FloatVector v1 = load(x + 4L * (i + Lanes.COUNT));
      // Nothing is smaller than a NaN, so once there it stays.
      m0 = m0.blend(v0, v0.compare(VectorOperators.LT, m0)).blend(v0, v0.compare(VectorOperators.NE, v0));
      m1 = m1.blend(v1, v1.compare(VectorOperators.LT, m1)).blend(v1, v1.compare(VectorOperators.NE, v1));
    }
    store(m0, local);
    float best = minOf(Float.POSITIVE_INFINITY, local, 0, Lanes.COUNT);
    store(m1, local);
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
      while (i < whole && !load(x + 4L * i).compare(VectorOperators.EQ, value).anyTrue()) {
        i += Lanes.COUNT;
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
