package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.elementwise.Cast;
import org.chagres.simd.elementwise.Fill;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;

class CastTest {

  private final Kit kit = new Kit(3);
  private final CopyKernels copies = new CopyKernels(kit.stream());

  private static final double[] NUMBERS = {
    0, -0.0, 1.5, -1.5, 255.9, 256, -3, 1e10, -1e10, 1e19, -1e19, 1e300, Double.NaN, Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY, 0.3, 2147483648.0, 16777217};

  private MemorySegment operand(DType type) {
    if (type == DType.F32) {
      MemorySegment s = kit.room(NUMBERS.length);
      for (int i = 0; i < NUMBERS.length; i++) {
        s.setAtIndex(JAVA_FLOAT, i, (float) NUMBERS[i]);
      }
      return s;
    }
    if (type == DType.F64) {
      MemorySegment s = kit.memory(8L * NUMBERS.length);
      for (int i = 0; i < NUMBERS.length; i++) {
        s.setAtIndex(JAVA_DOUBLE, i, NUMBERS[i]);
      }
      return s;
    }
    return kit.bytes(NUMBERS.length * type.bytes(), type == DType.BOOL ? 2 : 256);
  }

  @Test
  void allPairsOfTypes() {
    for (DType from : DType.values()) {
      for (DType to : DType.values()) {
        MemorySegment x = operand(from);
        MemorySegment expected = kit.memory((long) NUMBERS.length * to.bytes());
        MemorySegment y = kit.memory((long) NUMBERS.length * to.bytes());
        Kit.cpu(Cast.of(from, to, NUMBERS.length, x, expected));
        copies.cast(ElementType.valueOf(from.name()), ElementType.valueOf(to.name()), NUMBERS.length, x, y);
        kit.same(expected, y, from + " to " + to);
      }
    }
  }

  @Test
  void halvesAndBack() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (int n : Kit.RAGGED) {
        MemorySegment x = kit.normal(n);
        if (n > 2) {
          // halfway between two: to the even one; a NaN with bits in its lower half alone; the largest, which becomes
          // infinite
          x.set(JAVA_FLOAT, 0, Float.intBitsToFloat(0x3F808000));
          x.set(JAVA_FLOAT, 4, Float.intBitsToFloat(0x7F800001));
          x.set(JAVA_FLOAT, 8, Float.MAX_VALUE);
        }
        MemorySegment half = kit.memory(2L * n);
        MemorySegment back = kit.room(n);
        copies.cast(ElementType.F32, ElementType.BF16, n, x, half);
        copies.cast(ElementType.BF16, ElementType.F32, n, half, back);
        for (int i = 0; i < n; i++) {
          float v = Kit.values(x)[i];
          int up = Float.floatToRawIntBits(v);
          int expected = v != v ? 0x7FC0 : up + 0x7FFF + (up >>> 16 & 1) >>> 16;
          int got = half.get(JAVA_SHORT.withByteAlignment(1), 2L * i) & 0xFFFF;
          assertEquals(expected, got, "half of " + v);
          assertEquals(Float.intBitsToFloat(got << 16), Kit.values(back)[i]);
        }
        kit.unharmed("halves " + n);
      }
    }
    MemorySegment x = kit.normal(4);
    assertThrows(IllegalArgumentException.class, () -> copies.cast(ElementType.BF16, ElementType.I32, 4, x, x));
  }

  @Test
  void fills() {
    for (DType type : DType.values()) {
      for (double value : new double[] {0, 1, -2.5, 300.7, Double.NaN}) {
        for (int n : Kit.RAGGED) {
          MemorySegment expected = kit.memory((long) n * type.bytes());
          MemorySegment y = kit.memory((long) n * type.bytes());
          Kit.cpu(Fill.of(type, n, value, expected));
          copies.fill(ElementType.valueOf(type.name()), n, value, y);
          kit.same(expected, y, "fill " + type + " with " + value + " of " + n);
          copies.zero(y.byteSize(), y);
          kit.same(expected.fill((byte) 0), y, "zero");
        }
      }
    }
    assertThrows(IllegalArgumentException.class, () -> copies.fill(ElementType.F32, 3, 0, kit.room(2)));
  }
}
