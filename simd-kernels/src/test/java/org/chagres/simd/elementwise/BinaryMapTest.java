package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.reference.ReferenceElementwise.position;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.Supplier;
import org.chagres.simd.math.Buffers;
import org.chagres.simd.reference.ReferenceElementwise;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;
import org.chagres.simd.shape.UnaryOp;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("lanes")
class BinaryMapTest {

  private static final int SHAPES = 40;

  private static MemorySegment operand(Random random, Strided shape, int o, BinaryOp op) {
    MemorySegment s = Buffers.normal(random, shape.span(o), 2);
    if (op == BinaryOp.POW && o == 0) {
      Buffers.run(1, UnaryMap.forward(Unary.of(UnaryOp.ABS), shape.span(o), s, s));
    }
    if (op == BinaryOp.MAXIMUM || op == BinaryOp.MINIMUM) {
      Buffers.run(1, Cast.of(DType.F32, DType.I32, shape.span(o), s, s)); // Whole numbers are often equal.
      Buffers.run(1, Cast.of(DType.I32, DType.F32, shape.span(o), s, s));
    }
    return s;
  }

  @ParameterizedTest
  @EnumSource(BinaryOp.class)
  void forwardAndBackward(BinaryOp op) {
    Random random = new Random(Buffers.SEED + op.ordinal());
    for (int trial = 0; trial < SHAPES; trial++) {
      Strided shape = trial == 0 ? Strided.dense(1031, 2) : Shapes.random(random, 2);
      int n = (int) shape.count();
      MemorySegment a = operand(random, shape, 0, op);
      MemorySegment b = operand(random, shape, 1, op);
      MemorySegment dy = Buffers.normal(random, n, 1);
      MemorySegment y = Buffers.bytes(4L * n);
      MemorySegment da = Buffers.bytes(4L * n);
      MemorySegment db = Buffers.bytes(4L * n);
      Buffers.run(1, BinaryMap.forward(op, DType.F32, shape, a, b, y));
      Buffers.run(1, BinaryGradients.of(op, shape, dy, new BinaryGradients.Sides(a, b, da, db)));
      for (int i = 0; i < n; i++) {
        float u = Buffers.at(a, position(shape, 0, i));
        float v = Buffers.at(b, position(shape, 1, i));
        Supplier<String> what = () -> op + " of " + u + ", " + v + " of " + shape;
        Buffers.near((float) ReferenceElementwise.binary(op, u, v), Buffers.at(y, i), 1e-7, 1e-6, what);
        double d = Buffers.at(dy, i);
        float left = (float) (d * ReferenceElementwise.derivativeOfA(op, u, v));
        float right = (float) (d * ReferenceElementwise.derivativeOfB(op, u, v));
        Buffers.near(left, Buffers.at(da, i), 1e-7, 1e-6, () -> "da of " + what.get());
        Buffers.near(right, Buffers.at(db, i), 1e-7, 1e-6, () -> "db of " + what.get());
      }
      MemorySegment only = Buffers.bytes(4L * n);
      MemorySegment none = MemorySegment.NULL;
      Buffers.run(1, BinaryGradients.of(op, shape, dy, new BinaryGradients.Sides(a, b, none, only)));
      assertEquals(-1, only.mismatch(db), "da left out, " + shape);
      Buffers.run(1, BinaryGradients.of(op, shape, dy, new BinaryGradients.Sides(a, b, dy, only)));
      assertEquals(-1, dy.mismatch(da), "da in dy's memory, " + shape);
      assertEquals(-1, only.mismatch(db), "da in dy's memory, " + shape);
    }
  }

  @Test
  void inPlaceAndOnAnyNumberOfThreads() {
    int n = 40_003;
    Random random = new Random(Buffers.SEED);
    MemorySegment a = Buffers.normal(random, n, 1);
    MemorySegment b = Buffers.normal(random, n, 1);
    MemorySegment y = Buffers.bytes(4L * n);
    Strided dense = Strided.dense(n, 2);
    Buffers.runEverywhere(BinaryMap.forward(BinaryOp.MUL, DType.F32, dense, a, b, y), y);
    Strided rows = Strided.of(new long[] {n / 100, 100}, new long[] {100, 1}, new long[] {0, 1});
    MemorySegment part = y.asSlice(0, 4L * (n / 100) * 100);
    Buffers.runEverywhere(BinaryMap.forward(BinaryOp.SUB, DType.F32, rows, a, b, part), part);
    Buffers.run(1, BinaryMap.forward(BinaryOp.MUL, DType.F32, dense, a, b, y));
    Buffers.run(1, BinaryMap.forward(BinaryOp.MUL, DType.F32, dense, a, b, b));
    assertEquals(-1, b.mismatch(y));
  }

  @Test
  void notANumberWinsAMaximum() {
    float nan = Float.NaN;
    MemorySegment a = Buffers.of(nan, 1f, nan, 0f, Float.NEGATIVE_INFINITY);
    MemorySegment b = Buffers.of(1f, nan, nan, 1f, Float.POSITIVE_INFINITY);
    MemorySegment y = Buffers.bytes(20);
    for (BinaryOp op : new BinaryOp[] {BinaryOp.MAXIMUM, BinaryOp.MINIMUM}) {
      Buffers.run(1, BinaryMap.forward(op, DType.F32, Strided.dense(5, 2), a, b, y));
      for (int i = 0; i < 5; i++) {
        assertEquals((float) ReferenceElementwise.binary(op, Buffers.at(a, i), Buffers.at(b, i)), Buffers.at(y, i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(BinaryOp.class)
  void otherTypes(BinaryOp op) {
    Random random = new Random(Buffers.SEED);
    for (int trial = 0; trial < 10; trial++) {
      Strided shape = Shapes.random(random, 2);
      int n = (int) shape.count();
      MemorySegment a64 = Buffers.bytes(8 * shape.span(0));
      MemorySegment b64 = Buffers.bytes(8 * shape.span(1));
      for (long i = 0; i < shape.span(0); i++) {
        a64.setAtIndex(JAVA_LONG, i, random.nextInt(-20, 20));
      }
      for (long i = 0; i < shape.span(1); i++) {
        b64.setAtIndex(JAVA_LONG, i, op == BinaryOp.POW ? random.nextInt(0, 5) : random.nextInt(1, 9));
      }
      for (DType type : new DType[] {DType.I64, DType.I32, DType.F64}) {
        MemorySegment a = Buffers.bytes(type.bytes() * shape.span(0));
        MemorySegment b = Buffers.bytes(type.bytes() * shape.span(1));
        MemorySegment y = Buffers.bytes((long) type.bytes() * n);
        Buffers.run(1, Cast.of(DType.I64, type, shape.span(0), a64, a));
        Buffers.run(1, Cast.of(DType.I64, type, shape.span(1), b64, b));
        Buffers.run(1, BinaryMap.forward(op, type, shape, a, b, y));
        for (int i = 0; i < n; i++) {
          long u = a64.getAtIndex(JAVA_LONG, position(shape, 0, i));
          long v = b64.getAtIndex(JAVA_LONG, position(shape, 1, i));
          double expected = ReferenceElementwise.binary(op, u, v);
          String what = op + " " + type + " of " + u + ", " + v;
          switch (type) {
            case F64 -> assertEquals(expected, y.getAtIndex(JAVA_DOUBLE, i), what);
            case I64 -> assertEquals((long) expected, y.getAtIndex(JAVA_LONG, i), what);
            default -> assertEquals((int) expected, y.getAtIndex(JAVA_INT, i), what);
          }
        }
      }
    }
  }

  @Test
  void divisionOfIntegersByZeroIsRefused() {
    MemorySegment a = Buffers.of(1L, 2L);
    MemorySegment b = Buffers.of(1L, 0L);
    Strided dense = Strided.dense(2, 2);
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> BinaryMap.forward(BinaryOp.DIV, DType.I64, dense, a, b, a));
    assertTrue(e.getMessage().startsWith("integer division by zero"));
    Strided first = Strided.of(new long[] {2}, new long[] {1}, new long[] {0});
    Buffers.run(1, BinaryMap.forward(BinaryOp.DIV, DType.I64, first, a, b, a));
    assertEquals(2, a.getAtIndex(JAVA_LONG, 1));
    long least = Long.MIN_VALUE;
    MemorySegment y = Buffers.bytes(16);
    Buffers.run(1, BinaryMap.forward(BinaryOp.DIV, DType.I64, dense, Buffers.of(least, 7), Buffers.of(-1L, -2L), y));
    assertEquals(least, y.getAtIndex(JAVA_LONG, 0));
    assertEquals(-3, y.getAtIndex(JAVA_LONG, 1));
  }

  @ParameterizedTest
  @EnumSource(CompareOp.class)
  void comparisons(CompareOp op) {
    Random random = new Random(Buffers.SEED);
    for (DType type : DType.values()) {
      for (int trial = 0; trial < 8; trial++) {
        Strided shape = Shapes.random(random, 2);
        MemorySegment[] values = new MemorySegment[2];
        MemorySegment[] operands = new MemorySegment[2];
        for (int o = 0; o < 2; o++) {
          int span = (int) shape.span(o);
          values[o] = Buffers.bytes(4L * span);
          for (int i = 0; i < span; i++) {
            float v =
                random.nextInt(4) == 0 && type.isFloat() ? Float.NaN : random.nextInt(type == DType.BOOL ? 2 : 200);
            values[o].setAtIndex(JAVA_FLOAT, i, v % 5);
          }
          operands[o] = Buffers.bytes((long) type.bytes() * span);
          Buffers.run(1, Cast.of(DType.F32, type, span, values[o], operands[o]));
        }
        int n = (int) shape.count();
        MemorySegment y = Buffers.bytes(n);
        Buffers.run(1, Comparison.of(op, type, shape, operands[0], operands[1], y));
        for (int i = 0; i < n; i++) {
          float u = Buffers.at(values[0], position(shape, 0, i));
          float v = Buffers.at(values[1], position(shape, 1, i));
          byte expected = (byte) (ReferenceElementwise.compare(op, u, v) ? 1 : 0);
          assertEquals(expected, y.get(JAVA_BYTE, i), op + " " + type + " " + u + " " + v);
        }
      }
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    MemorySegment s = Buffers.bytes(40);
    Strided two = Strided.dense(10, 2);
    Strided one = Strided.dense(10, 1);
    Strided backwards = new Strided(new long[] {10}, new long[][] {{1}, {-1}});
    Strided huge = new Strided(new long[] {Long.MAX_VALUE, 9}, new long[][] {{0, 1}, {0, 1}});
    Strided far = new Strided(new long[] {10}, new long[][] {{Long.MAX_VALUE / 2}, {1}});
    for (Strided bad : new Strided[] {one, backwards, huge, far, Strided.dense(11, 2)}) {
      assertThrows(
          IllegalArgumentException.class, () -> BinaryMap.forward(BinaryOp.ADD, DType.F32, bad, s, s, s),
          bad.toString());
    }
    assertThrows(IllegalArgumentException.class, () -> BinaryMap.forward(BinaryOp.ADD, DType.U8, two, s, s, s));
  }
}
