package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.chagres.simd.reduce.ArgReduce;
import org.chagres.simd.reduce.IntegerSum;
import org.chagres.simd.reduce.Reduce;
import org.chagres.simd.reduce.Softmax;
import org.chagres.simd.reduce.Variance;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.ReduceOp;
import org.chagres.simd.shape.ReduceShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReduceTest {

  private final Kit kit = new Kit(5);
  private final ReduceKernels reduce = new ReduceKernels(kit.stream());

  /** Short and long lines, single ones that are cut into segments, few and many columns. */
  private static final List<Lines> SHAPES = List.of(
      new Lines(1, 1, 1), new Lines(5, 3, 1), new Lines(9, 31, 1), new Lines(10, 32, 1), new Lines(17, 257, 1),
      new Lines(3, 1023, 1), new Lines(2, 1025, 1), new Lines(1, 20_000, 1), new Lines(3, 9000, 1), new Lines(1, 7, 33),
      new Lines(4, 100, 5), new Lines(2, 1000, 31), new Lines(3, 65, 257), new Lines(0, 5, 3));

  private static ReduceShape cpu(Lines s) {
    return new ReduceShape(s.outer(), s.length(), s.inner());
  }

  private MemorySegment operand(ReduceOp op, Lines s) {
    MemorySegment x = kit.normal(s.count());
    for (int i = 0; op == ReduceOp.PROD && i < s.count(); i++) {
      x.setAtIndex(JAVA_FLOAT, i, 1 + x.getAtIndex(JAVA_FLOAT, i) / s.length());
    }
    return x;
  }

  @ParameterizedTest
  @EnumSource
  void reductions(ReduceOp op) {
    for (Lines s : SHAPES) {
      MemorySegment x = operand(op, s);
      for (int special = 0; special < 2; special++) {
        if (special == 1 && s.count() > 1) {
          x.setAtIndex(JAVA_FLOAT, s.count() / 2, Float.NaN);
          x.setAtIndex(JAVA_FLOAT, 0, Float.POSITIVE_INFINITY);
        }
        MemorySegment expected = kit.room(s.lines());
        MemorySegment y = kit.room(s.lines());
        Kit.cpu(Reduce.of(op, cpu(s), x, expected));
        reduce.reduce(op.name(), s, x, y);
        kit.close(2e-6, expected, y, op + " of " + s);
      }
    }
  }

  @Test
  void nothingToReduce() {
    for (ReduceOp op : ReduceOp.values()) {
      for (Lines s : List.of(new Lines(3, 0, 1), new Lines(2, 0, 5))) {
        MemorySegment x = kit.room(0);
        MemorySegment y = kit.room(s.lines());
        if (op == ReduceOp.MAX || op == ReduceOp.MIN) {
          assertThrows(IllegalArgumentException.class, () -> reduce.reduce(op.name(), s, x, y));
          continue;
        }
        MemorySegment expected = kit.room(s.lines());
        Kit.cpu(Reduce.of(op, cpu(s), x, expected));
        reduce.reduce(op.name(), s, x, y);
        kit.close(0, expected, y, op + " of " + s);
      }
    }
  }

  @Test
  void allMinusInfinity() {
    MemorySegment x = kit.room(40);
    for (int i = 0; i < 40; i++) {
      x.setAtIndex(JAVA_FLOAT, i, Float.NEGATIVE_INFINITY);
    }
    MemorySegment expected = kit.room(1);
    MemorySegment y = kit.room(1);
    Kit.cpu(Reduce.of(ReduceOp.LOGSUMEXP, new ReduceShape(1, 40, 1), x, expected));
    reduce.reduce("LOGSUMEXP", new Lines(1, 40, 1), x, y);
    kit.same(expected, y, "log of nothing");
    Kit.cpu(Softmax.forward(false, new ReduceShape(1, 40, 1), kit.copy(x), x));
    MemorySegment z = kit.room(40);
    reduce.softmax(false, new Lines(1, 40, 1), z.fill((byte) 0xFF), z);
    kit.close(0, x, z, "softmax of NaN");
  }

  @Test
  void argReduceWithTiesAndNaN() {
    for (Lines s : SHAPES) {
      for (boolean largest : new boolean[] {true, false}) {
        for (int special = 0; special < 3; special++) {
          MemorySegment x = kit.normal(s.count());
          for (int i = 0; i < s.count(); i++) {
            // whole numbers tie often
            x.setAtIndex(JAVA_FLOAT, i, Math.round(x.getAtIndex(JAVA_FLOAT, i)));
            if (special == 1 && kit.random().nextInt(10) == 0) {
              x.setAtIndex(JAVA_FLOAT, i, Float.NaN);
            } else if (special == 2) {
              x.setAtIndex(JAVA_FLOAT, i, largest ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY);
            }
          }
          MemorySegment values = kit.room(s.lines());
          MemorySegment indices = kit.memory(8 * s.lines());
          MemorySegment expectedValues = kit.room(s.lines());
          MemorySegment expectedIndices = kit.memory(8 * s.lines());
          Kit.cpu(ArgReduce.forward(largest, cpu(s), x, expectedValues, expectedIndices));
          reduce.argReduce(largest, s, x, values, indices);
          String what = (largest ? "argmax of " : "argmin of ") + s;
          kit.close(0, expectedValues, values, what);
          kit.same(expectedIndices, indices, what);
          MemorySegment dy = kit.normal(s.lines());
          MemorySegment expected = kit.room(s.count());
          MemorySegment dx = kit.room(s.count());
          Kit.cpu(ArgReduce.backward(cpu(s), dy, indices, expected));
          reduce.argReduceBackward(s, dy, indices, dx);
          kit.same(expected, dx, what + " backward");
        }
      }
    }
  }

  @Test
  void variance() {
    for (Lines s : SHAPES) {
      for (double correction : new double[] {0, 1}) {
        MemorySegment x = kit.normal(s.count());
        for (int i = 0; i < s.count(); i++) {
          x.setAtIndex(JAVA_FLOAT, i, 1000 + x.getAtIndex(JAVA_FLOAT, i));
        }
        MemorySegment mean = kit.room(s.lines());
        MemorySegment variance = kit.room(s.lines());
        MemorySegment expectedMean = kit.room(s.lines());
        MemorySegment expectedVariance = kit.room(s.lines());
        Kit.cpu(Variance.of(cpu(s), correction, x, expectedMean, expectedVariance));
        reduce.variance(s, correction, x, mean, variance);
        kit.close(1e-6, expectedMean, mean, "mean of " + s);
        kit.close(2e-6, expectedVariance, variance, "variance of " + s + " less " + correction);
      }
    }
    MemorySegment x = kit.normal(4);
    assertThrows(IllegalArgumentException.class,
        () -> reduce.variance(new Lines(1, 4, 1), Double.NaN, x, kit.room(1), kit.room(1)));
  }

  @Test
  void softmaxBothWays() {
    for (Lines s : SHAPES) {
      for (boolean log : new boolean[] {false, true}) {
        String what = "softmax " + log + " of " + s;
        MemorySegment x = kit.normal(s.count());
        MemorySegment expected = kit.room(s.count());
        MemorySegment y = kit.room(s.count());
        Kit.cpu(Softmax.forward(log, cpu(s), x, expected));
        reduce.softmax(log, s, x, y);
        kit.close(2e-6, expected, y, what);
        reduce.softmax(log, s, x, x);
        kit.same(y, x, what + " in place");
        MemorySegment dy = kit.normal(s.count());
        MemorySegment expectedDx = kit.room(s.count());
        Kit.cpu(Softmax.backward(log, cpu(s), dy, y, expectedDx));
        reduce.softmaxBackward(log, s, dy, y, dy);
        kit.close(5e-6, expectedDx, dy, what + " backward");
      }
    }
  }

  @Test
  void sumsOfIntegers() {
    for (DType type : List.of(DType.I64, DType.I32, DType.U8, DType.BOOL)) {
      for (Lines s : SHAPES) {
        MemorySegment x = kit.bytes((int) s.count() * type.bytes(), type == DType.BOOL ? 2 : 256);
        MemorySegment expected = kit.memory(8 * s.lines());
        MemorySegment y = kit.memory(8 * s.lines());
        Kit.cpu(IntegerSum.of(type, cpu(s), x, expected));
        reduce.sumIntegers(ElementType.valueOf(type.name()), s, x, y);
        kit.same(expected, y, "sum of " + type + " " + s);
      }
    }
    MemorySegment x = kit.normal(4);
    assertThrows(IllegalArgumentException.class,
        () -> reduce.sumIntegers(ElementType.F32, new Lines(1, 4, 1), x, kit.memory(8)));
  }
}
