package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.reference.ReferenceElementwise.position;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.chagres.simd.math.Buffers;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gather, scatter, selection, casts and filling. */
@Tag("lanes")
class CopiesTest {

  private static MemorySegment noise(Random random, long bytes) {
    byte[] b = new byte[(int) bytes];
    random.nextBytes(b);
    MemorySegment s = Buffers.bytes(bytes);
    MemorySegment.copy(b, 0, s, JAVA_BYTE, 0, b.length);
    return s;
  }

  private static void gathers(DType type, Strided shape, Random random) {
    int size = type.bytes();
    long n = shape.count();
    MemorySegment x = noise(random, size * shape.span(0));
    MemorySegment y = Buffers.bytes(size * n);
    Buffers.runEverywhere(StridedCopy.gather(type, shape, x, y), y);
    for (long i = 0; i < n; i++) {
      long at = MemorySegment.mismatch(x, size * position(shape, 0, i), size * (position(shape, 0, i) + 1), y, size * i,
          size * (i + 1));
      assertEquals(-1, at, "element " + i + " of " + shape + ", seed " + Buffers.SEED);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void gather(DType type) {
    Random random = new Random(Buffers.SEED);
    for (int trial = 0; trial < 60; trial++) {
      gathers(type, Shapes.random(random, 1), random);
    }
  }

  @Test
  void gatherOfTransposedViews() {
    Random random = new Random(Buffers.SEED);
    long[][] sizes = {{2, 3, 50}, {1, 64, 64}, {3, 17, 33}, {2, 130, 5}, {1, 5, 9001}, {40, 20, 30}};
    for (long[] s : sizes) {
      gathers(DType.F32, Strided.of(s, new long[] {s[1] * s[2], 1, s[1]}), random);
      gathers(DType.F32, Strided.of(s, new long[] {1, s[0], s[0] * s[1]}), random);
      gathers(DType.U8, Strided.of(s, new long[] {s[1] * s[2], 1, s[1]}), random);
    }
  }

  @Test
  void scatter() {
    Random random = new Random(Buffers.SEED);
    for (int trial = 0; trial < 60; trial++) {
      Strided shape = Shapes.random(random, 1);
      boolean repeats = false;
      for (int d = 0; d < shape.dims().length; d++) {
        repeats |= shape.dims()[d] > 1 && shape.strides()[0][d] == 0;
      }
      long n = shape.count();
      MemorySegment x = Buffers.normal(random, n, 1);
      MemorySegment y = Buffers.normal(random, shape.span(0), 1);
      if (repeats) {
        assertThrows(IllegalArgumentException.class, () -> StridedCopy.scatter(DType.F32, shape, false, x, y));
        continue;
      }
      for (boolean add : new boolean[] {true, false}) {
        float[] before = Buffers.floats(y);
        for (long i = 0; i < n; i++) {
          int p = (int) position(shape, 0, i);
          before[p] = Buffers.at(x, i) + (add ? before[p] : 0f);
        }
        Buffers.run(1, StridedCopy.scatter(DType.F32, shape, add, x, y));
        assertEquals(-1, y.mismatch(Buffers.of(before)), shape + ", add " + add);
      }
    }
    MemorySegment s = Buffers.bytes(8);
    assertThrows(
        IllegalArgumentException.class, () -> StridedCopy.scatter(DType.I64, Strided.dense(1, 1), true, s, s));
  }

  @Test
  void selection() {
    Random random = new Random(Buffers.SEED);
    for (int trial = 0; trial < 40; trial++) {
      Strided shape = Shapes.random(random, 3);
      int n = (int) shape.count();
      MemorySegment condition = Buffers.bytes(shape.span(0));
      for (long i = 0; i < shape.span(0); i++) {
        condition.set(JAVA_BYTE, i, (byte) (random.nextBoolean() ? random.nextInt(256) : 0));
      }
      MemorySegment a = Buffers.normal(random, shape.span(1), 1);
      MemorySegment b = Buffers.normal(random, shape.span(2), 1);
      MemorySegment y = Buffers.bytes(4L * n);
      Buffers.run(1, Selection.of(shape, condition, a, b, y));
      for (int i = 0; i < n; i++) {
        boolean taken = condition.get(JAVA_BYTE, position(shape, 0, i)) != 0;
        float expected = taken ? Buffers.at(a, position(shape, 1, i)) : Buffers.at(b, position(shape, 2, i));
        assertEquals(expected, Buffers.at(y, i), "element " + i + " of " + shape);
      }
    }
  }

  private static double get(DType type, MemorySegment s, int i) {
    return switch (type) {
      case F32 -> s.getAtIndex(JAVA_FLOAT, i);
      case F64 -> s.getAtIndex(JAVA_DOUBLE, i);
      case I64 -> s.getAtIndex(JAVA_LONG, i);
      case I32 -> s.getAtIndex(JAVA_INT, i);
      case U8, BOOL -> s.get(JAVA_BYTE, i) & 0xFF;
    };
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void castToEveryType(DType from) {
    int n = 1300;
    Random random = new Random(Buffers.SEED);
    MemorySegment x = Buffers.bytes((long) n * from.bytes());
    for (int i = 0; i < n; i++) {
      double v = from.isFloat() ? random.nextDouble(-3, 250) : random.nextInt(0, 256);
      switch (from) {
        case F32 -> x.setAtIndex(JAVA_FLOAT, i, (float) v);
        case F64 -> x.setAtIndex(JAVA_DOUBLE, i, v);
        case I64 -> x.setAtIndex(JAVA_LONG, i, (long) v);
        case I32 -> x.setAtIndex(JAVA_INT, i, (int) v);
        case U8 -> x.set(JAVA_BYTE, i, (byte) (int) v);
        case BOOL -> x.set(JAVA_BYTE, i, (byte) (random.nextBoolean() ? 1 : 0));
      }
    }
    for (DType to : DType.values()) {
      MemorySegment y = Buffers.bytes((long) n * to.bytes());
      Buffers.run(1, Cast.of(from, to, n, x, y));
      for (int i = 0; i < n; i++) {
        double v = get(from, x, i);
        double expected =
            switch (to) {
              case F32 -> (float) v;
              case F64 -> v;
              case I64, I32 -> (long) v;
              case U8 -> (long) v & 0xFF;
              case BOOL -> v != 0 ? 1 : 0;
            };
        assertEquals(expected, get(to, y, i), from + " to " + to + " of " + v);
      }
    }
  }

  @Test
  void castsKeepWhatTheTypesCanHold() {
    MemorySegment big = Buffers.of((1L << 62) + 1, -1L, 1L << 32);
    MemorySegment y = Buffers.bytes(24);
    Buffers.run(1, Cast.of(DType.I64, DType.I64, 3, big, y));
    assertEquals(-1, big.mismatch(y));
    Buffers.run(1, Cast.of(DType.I64, DType.I32, 3, big, y));
    assertEquals(1, y.getAtIndex(JAVA_INT, 0));
    Buffers.run(1, Cast.of(DType.F32, DType.BOOL, 3, Buffers.of(Float.NaN, -0f, 0.1f), y));
    assertEquals(1, y.get(JAVA_BYTE, 0));
    assertEquals(0, y.get(JAVA_BYTE, 1));
    assertEquals(1, y.get(JAVA_BYTE, 2));
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void fill(DType type) {
    for (int n : new int[] {0, 1, 7, 16, 63, 64, 65, 1000}) {
      MemorySegment y = Buffers.bytes((long) n * type.bytes() + 8);
      Buffers.run(1, Fill.of(type, n, 1.75, y));
      double expected = type == DType.F32 || type == DType.F64 ? 1.75 : 1;
      for (int i = 0; i < n; i++) {
        assertEquals(expected, get(type, y, i), type + " " + i + " of " + n);
      }
      for (int i = 0; i < 8; i++) {
        assertEquals(0, y.get(JAVA_BYTE, (long) n * type.bytes() + i), "behind the end");
      }
    }
    MemorySegment y = Buffers.bytes(70_000L * type.bytes());
    Buffers.runEverywhere(Fill.of(type, 70_000, -3, y), y);
  }
}
