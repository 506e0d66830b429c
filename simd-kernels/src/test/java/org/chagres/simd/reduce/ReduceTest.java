package org.chagres.simd.reduce;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.chagres.simd.math.Buffers;
import org.chagres.simd.reference.ReferenceReduce;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("lanes")
class ReduceTest {

  private static final long[][] SHAPES = {
    {1, 1, 1}, {3, 7, 1}, {300, 10, 1}, {2, 8, 1}, {5, 9, 1},
    {2, 33, 1}, {1, 1030, 1}, {4, 100, 1}, {2, 3, 5}, {1, 17, 8}, {3, 5, 9},
    {2, 40, 33}, {1, 4, 1025}, {2, 1, 16}, {0, 3, 2}, {2, 3, 0}
  };

  /** With segments: more than 32,768 elements and few tasks. */
  private static final long[][] LONG_SHAPES = {{1, 70_001, 1}, {2, 40_000, 1}, {1, 9_001, 6}, {1, 90, 1100}};

  private static ReduceShape shape(long[] s) {
    return new ReduceShape(s[0], s[1], s[2]);
  }

  private static void reduces(ReduceOp op, ReduceShape shape, MemorySegment x, boolean everywhere) {
    MemorySegment y = Buffers.bytes(4 * shape.yCount());
    if (everywhere) {
      Buffers.runEverywhere(Reduce.of(op, shape, x, y), y);
    } else {
      Buffers.run(1, Reduce.of(op, shape, x, y));
    }
    float[] values = Buffers.floats(x);
    for (int i = 0; i < shape.yCount(); i++) {
      double[] line = ReferenceReduce.line(shape, values, i);
      double absolute = op == ReduceOp.PROD ? 1e-30 : 1e-7;
      double expected = (float) ReferenceReduce.reduce(op, line);
      int at = i;
      Buffers.near(expected, Buffers.at(y, i), absolute, 1e-6, () -> op + " of " + shape + " at " + at);
    }
  }

  @ParameterizedTest
  @EnumSource(ReduceOp.class)
  void everyReduction(ReduceOp op) {
    Random random = new Random(Buffers.SEED);
    for (long[] s : SHAPES) {
      reduces(op, shape(s), Buffers.normal(random, shape(s).xCount(), 2), false);
    }
    for (long[] s : LONG_SHAPES) {
      reduces(op, shape(s), Buffers.normal(random, shape(s).xCount(), 2), true);
    }
  }

  @ParameterizedTest
  @EnumSource(ReduceOp.class)
  void specialValues(ReduceOp op) {
    float inf = Float.POSITIVE_INFINITY;
    float[][] lines = {
      {-inf, -inf, -inf}, {inf, 1, -inf}, {1, Float.NaN, 3}, {Float.NaN, inf, 1}, {1000, 1001, 999},
      {-1e30f, -2e30f, 0},
      {1e30f, -1e30f, 1}, {-inf, 0, 1}
    };
    for (int copies : new int[] {1, 3, 11}) {
      int n = 3 * copies;
      float[] rows = new float[lines.length * n];
      float[] columns = new float[lines.length * n];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = lines[i / n][i % 3];
        columns[i % n * lines.length + i / n] = rows[i];
      }
      reduces(op, new ReduceShape(lines.length, n, 1), Buffers.of(rows), false);
      reduces(op, new ReduceShape(1, n, lines.length), Buffers.of(columns), false);
    }
  }

  @Test
  void infinitiesInSegments() {
    float[] x = new float[80_000];
    Arrays.fill(x, Float.NEGATIVE_INFINITY);
    ReduceShape whole = new ReduceShape(1, x.length, 1);
    reduces(ReduceOp.LOGSUMEXP, whole, Buffers.of(x), true);
    x[60_000] = 3;
    reduces(ReduceOp.LOGSUMEXP, whole, Buffers.of(x), true);
    x[7] = Float.NaN;
    reduces(ReduceOp.MAX, whole, Buffers.of(x), true);
    reduces(ReduceOp.LOGSUMEXP, whole, Buffers.of(x), true);
  }

  @Test
  void aLongSumIsAccurate() {
    int n = 3_000_000;
    MemorySegment x = Buffers.bytes(4L * n);
    for (int i = 0; i < n; i++) {
      x.setAtIndex(JAVA_FLOAT, i, 0.1f + i % 7);
    }
    double exact = 0;
    for (int i = 0; i < n; i++) {
      exact += Buffers.at(x, i);
    }
    MemorySegment y = Buffers.bytes(4);
    Buffers.run(2, Reduce.of(ReduceOp.SUM, new ReduceShape(1, n, 1), x, y));
    assertEquals((float) exact, Buffers.at(y, 0));
    Buffers.run(2, Reduce.of(ReduceOp.SUM, new ReduceShape(1, n / 2, 2), x, Buffers.bytes(8)));
    MemorySegment squares = Buffers.bytes(8);
    Buffers.runEverywhere(SumSquares.of(n, x, squares), squares);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (double) Buffers.at(x, i) * Buffers.at(x, i);
    }
    assertEquals(sum, squares.get(JAVA_DOUBLE, 0), 1e-10 * sum);
  }

  @Test
  void reductionsOfNothing() {
    ReduceShape none = new ReduceShape(2, 0, 3);
    float[] expected = {0, Float.NaN, 1, 0, 0, 0, Float.NEGATIVE_INFINITY};
    for (ReduceOp op : ReduceOp.values()) {
      MemorySegment y = Buffers.bytes(24);
      MemorySegment x = Buffers.bytes(0);
      if (op == ReduceOp.MAX || op == ReduceOp.MIN) {
        assertThrows(IllegalArgumentException.class, () -> Reduce.of(op, none, x, y));
      } else {
        Buffers.run(1, Reduce.of(op, none, x, y));
        assertEquals(expected[op.ordinal()], Buffers.at(y, 5), op.toString());
      }
    }
    MemorySegment y = Buffers.bytes(48);
    assertThrows(IllegalArgumentException.class, () -> ArgReduce.forward(true, none, Buffers.bytes(0), y, y));
  }

  @Test
  void positionsOfExtremesAndTheWayBack() {
    Random random = new Random(Buffers.SEED);
    for (long[] s : SHAPES) {
      ReduceShape shape = shape(s);
      MemorySegment x = Buffers.bytes(4 * shape.xCount());
      for (long i = 0; i < shape.xCount(); i++) {
        x.setAtIndex(JAVA_FLOAT, i, random.nextInt(40) == 0 ? Float.NaN : random.nextInt(12));
      }
      MemorySegment dy = Buffers.normal(random, shape.yCount(), 1);
      MemorySegment values = Buffers.bytes(4 * shape.yCount());
      MemorySegment indices = Buffers.bytes(8 * shape.yCount());
      MemorySegment dx = Buffers.normal(random, shape.xCount(), 1);
      for (boolean largest : new boolean[] {true, false}) {
        Buffers.run(1, ArgReduce.forward(largest, shape, x, values, indices));
        Buffers.run(1, ArgReduce.backward(shape, dy, indices, dx));
        for (int i = 0; i < shape.yCount(); i++) {
          double[] line = ReferenceReduce.line(shape, Buffers.floats(x), i);
          double[] back = ReferenceReduce.line(shape, Buffers.floats(dx), i);
          int expected = ReferenceReduce.argReduce(largest, line);
          assertEquals(expected, indices.getAtIndex(JAVA_LONG, i), shape + " at " + i);
          assertEquals((float) line[expected], Buffers.at(values, i));
          double[] gradient = new double[line.length];
          gradient[expected] = Buffers.at(dy, i);
          assertArrayEquals(gradient, back);
        }
      }
    }
    MemorySegment far = Buffers.of(5L);
    ReduceShape five = new ReduceShape(1, 5, 1);
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> Buffers.run(1, ArgReduce.backward(five, Buffers.bytes(4), far, Buffers.bytes(20))));
  }

  @Test
  void variance() {
    Random random = new Random(Buffers.SEED);
    for (long[][] shapes : new long[][][] {SHAPES, LONG_SHAPES}) {
      for (long[] s : shapes) {
        ReduceShape shape = shape(s);
        MemorySegment x = Buffers.normal(random, shape.xCount(), 0.1);
        for (long i = 0; i < shape.xCount(); i++) {
          x.setAtIndex(JAVA_FLOAT, i, Buffers.at(x, i) + 100f);
        }
        MemorySegment mean = Buffers.bytes(4 * shape.yCount());
        MemorySegment variance = Buffers.bytes(4 * shape.yCount());
        Buffers.runEverywhere(Variance.of(shape, 1, x, mean, variance), mean, variance);
        float[] values = Buffers.floats(x);
        for (int i = 0; i < shape.yCount(); i++) {
          double[] expected = ReferenceReduce.variance(1, ReferenceReduce.line(shape, values, i));
          Buffers.near(expected[0], Buffers.at(mean, i), 0, 1e-7, () -> "mean of " + shape);
          Buffers.near(expected[1], Buffers.at(variance, i), 0, 1e-6, () -> "variance of " + shape);
        }
      }
    }
  }

  @Test
  void softmaxAndItsLogarithm() {
    Random random = new Random(Buffers.SEED);
    for (long[] s : SHAPES) {
      ReduceShape shape = shape(s);
      MemorySegment x = Buffers.normal(random, shape.xCount(), 10);
      MemorySegment dy = Buffers.normal(random, shape.xCount(), 1);
      MemorySegment y = Buffers.bytes(4 * shape.xCount());
      MemorySegment dx = Buffers.bytes(4 * shape.xCount());
      for (boolean log : new boolean[] {true, false}) {
        Buffers.run(1, Softmax.forward(log, shape, x, y));
        Buffers.run(1, Softmax.backward(log, shape, dy, y, dx));
        for (int i = 0; i < shape.yCount(); i++) {
          double[] expected = ReferenceReduce.softmax(log, ReferenceReduce.line(shape, Buffers.floats(x), i));
          double[] actual = ReferenceReduce.line(shape, Buffers.floats(y), i);
          double[] d = ReferenceReduce.line(shape, Buffers.floats(dy), i);
          double[] gradient = ReferenceReduce.softmaxBackward(log, d, actual);
          double[] back = ReferenceReduce.line(shape, Buffers.floats(dx), i);
          for (int k = 0; k < expected.length; k++) {
            Buffers.near(expected[k], (float) actual[k], log ? 2e-6 : 1e-30, 5e-6, () -> "softmax of " + shape);
            Buffers.near(gradient[k], (float) back[k], 2e-6, 2e-6, () -> "gradient of softmax of " + shape);
          }
        }
        MemorySegment inPlace = Buffers.of(Buffers.floats(x));
        Buffers.run(1, Softmax.forward(log, shape, inPlace, inPlace));
        assertEquals(-1, inPlace.mismatch(y), "in place, " + shape);
        MemorySegment gradientInPlace = Buffers.of(Buffers.floats(dy));
        Buffers.run(1, Softmax.backward(log, shape, gradientInPlace, y, gradientInPlace));
        assertEquals(-1, gradientInPlace.mismatch(dx), "backward in place, " + shape);
      }
    }
    ReduceShape wide = new ReduceShape(50, 1000, 1);
    MemorySegment x = Buffers.normal(random, wide.xCount(), 3);
    MemorySegment y = Buffers.bytes(4 * wide.xCount());
    Buffers.runEverywhere(Softmax.forward(false, wide, x, y), y);
  }

  @Test
  void softmaxMasksWithInfinity() {
    float inf = Float.NEGATIVE_INFINITY;
    MemorySegment y = Buffers.bytes(24);
    Buffers.run(1, Softmax.forward(false, new ReduceShape(2, 3, 1), Buffers.of(inf, 0, 0, inf, inf, inf), y));
    float nan = Float.NaN;
    assertArrayEquals(new float[] {0, 0.5f, 0.5f, nan, nan, nan}, Buffers.floats(y));
  }

  @ParameterizedTest
  @EnumSource(value = DType.class, names = {"I64", "I32", "U8", "BOOL"})
  void sumsOfIntegers(DType type) {
    Random random = new Random(Buffers.SEED);
    for (long[][] shapes : new long[][][] {SHAPES, LONG_SHAPES}) {
      for (long[] s : shapes) {
        ReduceShape shape = shape(s);
        float[] values = new float[(int) shape.xCount()];
        MemorySegment x = Buffers.bytes(type.bytes() * shape.xCount());
        for (int i = 0; i < values.length; i++) {
          int v =
              type == DType.BOOL ? random.nextInt(2) : type == DType.U8 ? random.nextInt(256) : random.nextInt(-9, 99);
          values[i] = v;
          switch (type) {
            case I64 -> x.setAtIndex(JAVA_LONG, i, v);
            case I32 -> x.setAtIndex(JAVA_INT, i, v);
            default -> x.set(JAVA_BYTE, i, (byte) v);
          }
        }
        MemorySegment y = Buffers.bytes(8 * shape.yCount());
        Buffers.runEverywhere(IntegerSum.of(type, shape, x, y), y);
        for (int i = 0; i < shape.yCount(); i++) {
          double expected = ReferenceReduce.reduce(ReduceOp.SUM, ReferenceReduce.line(shape, values, i));
          assertEquals((long) expected, y.getAtIndex(JAVA_LONG, i), type + " " + shape);
        }
      }
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    MemorySegment s = Buffers.bytes(40);
    ReduceShape good = new ReduceShape(1, 10, 1);
    ReduceShape huge = new ReduceShape(1L << 40, 1L << 40, 1);
    assertThrows(IllegalArgumentException.class, () -> Reduce.of(ReduceOp.SUM, new ReduceShape(1, 11, 1), s, s));
    assertThrows(IllegalArgumentException.class, () -> Reduce.of(ReduceOp.SUM, huge, s, s));
    assertThrows(IllegalArgumentException.class, () -> Softmax.forward(false, huge, s, s));
    assertThrows(IllegalArgumentException.class, () -> Variance.of(good, Double.NaN, s, s, s));
    assertThrows(IllegalArgumentException.class, () -> IntegerSum.of(DType.F32, good, s, s));
    assertThrows(IllegalArgumentException.class, () -> SumSquares.of(-1, s, s));
    MemorySegment heap = MemorySegment.ofArray(new float[10]);
    assertThrows(IllegalArgumentException.class, () -> Reduce.of(ReduceOp.SUM, good, heap, s));
  }
}
