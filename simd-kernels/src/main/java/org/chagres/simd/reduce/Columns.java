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
 * The loops down the columns of f32 rows that are {@code step} bytes apart, into a row of accumulators: doubles for
 * sums, floats for extremes. Memory is read in its order.
 */
final class Columns {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Float> HALF = Wide.HALF;
  private static final VectorSpecies<Double> D = Wide.DOUBLE;
  private static final int LANES = Wide.LANES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Columns() {}

  /** Sets doubles. */
  static void fill(long accumulators, int n, double value) {
    for (int j = 0; j < n; j++) {
      setDouble(accumulators, j, value);
    }
  }

  /** Sets floats. */
  static void fill(long accumulators, int n, float value) {
    for (int j = 0; j < n; j++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, accumulators + 4L * j, value);
    }
  }

  private static float get(long x, int j) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, x + 4L * j);
  }

  private static double getDouble(long x, int j) {
    return ALL.get(JAVA_DOUBLE_UNALIGNED, x + 8L * j);
  }

  private static void setDouble(long x, int j, double value) {
    ALL.set(JAVA_DOUBLE_UNALIGNED, x + 8L * j, value);
  }

  /** sums += Σ x. */
  static void sum(long x, long step, int rows, int n, long sums) {
    int whole = n - n % LANES;
    for (int r = 0; r < rows; r++) {
      long row = x + r * step;
      for (int j = 0; j < whole; j += LANES) {
        DoubleVector sum = DoubleVector.fromMemorySegment(D, ALL, sums + 8L * j, ORDER);
        FloatVector f = FloatVector.fromMemorySegment(HALF, ALL, row + 4L * j, ORDER);
        DoubleVector u = (DoubleVector) f.convertShape(VectorOperators.F2D, D, 0);
        sum.add(u).intoMemorySegment(ALL, sums + 8L * j, ORDER);
      }
      for (int j = whole; j < n; j++) {
        setDouble(sums, j, getDouble(sums, j) + get(row, j));
      }
    }
  }

  /** sums += Σ x². */
  static void sumSquares(long x, long step, int rows, int n, long sums) {
    int whole = n - n % LANES;
    for (int r = 0; r < rows; r++) {
      long row = x + r * step;
      for (int j = 0; j < whole; j += LANES) {
        DoubleVector sum = DoubleVector.fromMemorySegment(D, ALL, sums + 8L * j, ORDER);
        FloatVector f = FloatVector.fromMemorySegment(HALF, ALL, row + 4L * j, ORDER);
        DoubleVector v = (DoubleVector) f.convertShape(VectorOperators.F2D, D, 0);
        v.fma(v, sum).intoMemorySegment(ALL, sums + 8L * j, ORDER);
      }
      for (int j = whole; j < n; j++) {
        double v = get(row, j);
        setDouble(sums, j, Math.fma(v, v, getDouble(sums, j)));
      }
    }
  }

  /** sums += Σ (x - mean)². */
  static void centredSquares(long x, long step, int rows, int n, long means, long sums) {
    int whole = n - n % LANES;
    for (int r = 0; r < rows; r++) {
      long row = x + r * step;
      for (int j = 0; j < whole; j += LANES) {
        DoubleVector sum = DoubleVector.fromMemorySegment(D, ALL, sums + 8L * j, ORDER);
        FloatVector f = FloatVector.fromMemorySegment(HALF, ALL, row + 4L * j, ORDER);
        DoubleVector m = DoubleVector.fromMemorySegment(D, ALL, means + 8L * j, ORDER);
        DoubleVector v = ((DoubleVector) f.convertShape(VectorOperators.F2D, D, 0)).sub(m);
        v.fma(v, sum).intoMemorySegment(ALL, sums + 8L * j, ORDER);
      }
      for (int j = whole; j < n; j++) {
        double v = get(row, j) - getDouble(means, j);
        setDouble(sums, j, Math.fma(v, v, getDouble(sums, j)));
      }
    }
  }

  /** sums += Σ a · b. */
  static void dot(long a, long b, long step, int rows, int n, long sums) {
    int whole = n - n % LANES;
    for (int r = 0; r < rows; r++) {
      long left = a + r * step;
      long right = b + r * step;
      for (int j = 0; j < whole; j += LANES) {
        DoubleVector sum = DoubleVector.fromMemorySegment(D, ALL, sums + 8L * j, ORDER);
        FloatVector f = FloatVector.fromMemorySegment(HALF, ALL, left + 4L * j, ORDER);
        DoubleVector u = (DoubleVector) f.convertShape(VectorOperators.F2D, D, 0);
        FloatVector g = FloatVector.fromMemorySegment(HALF, ALL, right + 4L * j, ORDER);
        DoubleVector w = (DoubleVector) g.convertShape(VectorOperators.F2D, D, 0);
        u.fma(w, sum).intoMemorySegment(ALL, sums + 8L * j, ORDER);
      }
      for (int j = whole; j < n; j++) {
        double v = Math.fma((double) get(left, j), (double) get(right, j), getDouble(sums, j));
        setDouble(sums, j, v);
      }
    }
  }

  /** products *= Π x. */
  static void product(long x, long step, int rows, int n, long products) {
    int whole = n - n % LANES;
    for (int r = 0; r < rows; r++) {
      long row = x + r * step;
      for (int j = 0; j < whole; j += LANES) {
        DoubleVector product = DoubleVector.fromMemorySegment(D, ALL, products + 8L * j, ORDER);
        FloatVector f = FloatVector.fromMemorySegment(HALF, ALL, row + 4L * j, ORDER);
        DoubleVector u = (DoubleVector) f.convertShape(VectorOperators.F2D, D, 0);
        product.mul(u).intoMemorySegment(ALL, products + 8L * j, ORDER);
      }
      for (int j = whole; j < n; j++) {
        setDouble(products, j, getDouble(products, j) * get(row, j));
      }
    }
  }

  /** best = the largest of itself and x; NaN where any is. */
  static void max(long x, long step, int rows, int n, long best) {
    int whole = n - n % Lanes.COUNT;
    for (int r = 0; r < rows; r++) {
      long row = x + r * step;
      for (int j = 0; j < whole; j += Lanes.COUNT) {
        FloatVector v = FloatVector.fromMemorySegment(S, ALL, row + 4L * j, ORDER);
        FloatVector b = FloatVector.fromMemorySegment(S, ALL, best + 4L * j, ORDER);
        b = b.blend(v, v.compare(VectorOperators.GT, b)).blend(v, v.compare(VectorOperators.NE, v));
        b.intoMemorySegment(ALL, best + 4L * j, ORDER);
      }
      for (int j = whole; j < n; j++) {
        float v = get(row, j);
        if (v > get(best, j) || Float.isNaN(v)) {
          ALL.set(JAVA_FLOAT_UNALIGNED, best + 4L * j, v);
        }
      }
    }
  }

  /** best = the smallest of itself and x; NaN where any is. */
  static void min(long x, long step, int rows, int n, long best) {
    int whole = n - n % Lanes.COUNT;
    for (int r = 0; r < rows; r++) {
      long row = x + r * step;
      for (int j = 0; j < whole; j += Lanes.COUNT) {
        FloatVector v = FloatVector.fromMemorySegment(S, ALL, row + 4L * j, ORDER);
        FloatVector b = FloatVector.fromMemorySegment(S, ALL, best + 4L * j, ORDER);
        b = b.blend(v, v.compare(VectorOperators.LT, b)).blend(v, v.compare(VectorOperators.NE, v));
        b.intoMemorySegment(ALL, best + 4L * j, ORDER);
      }
      for (int j = whole; j < n; j++) {
        float v = get(row, j);
        if (v < get(best, j) || Float.isNaN(v)) {
          ALL.set(JAVA_FLOAT_UNALIGNED, best + 4L * j, v);
        }
      }
    }
  }
}
