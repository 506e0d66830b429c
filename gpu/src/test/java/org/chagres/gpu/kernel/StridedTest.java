package org.chagres.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.chagres.simd.elementwise.BinaryGradients;
import org.chagres.simd.elementwise.BinaryMap;
import org.chagres.simd.elementwise.Comparison;
import org.chagres.simd.elementwise.Selection;
import org.chagres.simd.elementwise.StridedCopy;
import org.chagres.simd.shape.BinaryOp;
import org.chagres.simd.shape.CompareOp;
import org.chagres.simd.shape.DType;
import org.chagres.simd.shape.Strided;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Maps and copies of operands with strides. */
class StridedTest {

  private final Kit kit = new Kit(2);
  private final MapKernels maps = new MapKernels(kit.stream());
  private final CopyKernels copies = new CopyKernels(kit.stream());

  /** Dense, repeated, by rows, by columns, permuted, in five dimensions that do not join, of nothing. */
  private static final List<Strided> PAIRS = List.of(
      Strided.dense(1, 2), Strided.dense(257, 2), Strided.dense(4098, 2),
      Strided.of(new long[] {300}, new long[] {1}, new long[] {0}),
      Strided.of(new long[] {301}, new long[] {0}, new long[] {1}),
      Strided.of(new long[] {33, 31}, new long[] {31, 1}, new long[] {0, 1}),
      Strided.of(new long[] {33, 31}, new long[] {31, 1}, new long[] {1, 0}),
      Strided.of(new long[] {7, 9, 5}, new long[] {1, 35, 7}, new long[] {45, 1, 9}),
      Strided.of(new long[] {2, 3, 4, 2, 3}, new long[] {1, 2, 0, 24, 48}, new long[] {0, 48, 3, 12, 1}),
      Strided.of(new long[] {3, 0, 5}, new long[] {0, 5, 1}, new long[] {15, 5, 1}));

  private MemorySegment operand(DType type, long count) {
    int n = (int) count;
    return switch (type) {
      case F32 -> kit.normal(n);
      case F64 -> {
        MemorySegment s = kit.memory(8L * n);
        for (int i = 0; i < n; i++) {
          s.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i, kit.random().nextGaussian());
        }
        yield s;
      }
      case I64 -> kit.integers(n, -6, 7);
      case I32 -> {
        MemorySegment s = kit.memory(4L * n);
        for (int i = 0; i < n; i++) {
          s.set(ValueLayout.JAVA_INT_UNALIGNED, 4L * i, kit.random().nextInt(13) - 6);
        }
        yield s;
      }
      case U8 -> kit.bytes(n, 256);
      case BOOL -> kit.bytes(n, 2);
    };
  }

  @ParameterizedTest
  @EnumSource
  void binary(BinaryOp op) {
    for (DType type : List.of(DType.F32, DType.F64, DType.I64, DType.I32)) {
      for (Strided s : PAIRS) {
        String what = op + " " + type + " " + s;
        MemorySegment a = operand(type, s.span(0));
        MemorySegment b = operand(type, s.span(1));
        if (op == BinaryOp.DIV && !type.isFloat()) {
          for (long i = 0; i < b.byteSize(); i++) {
            b.set(ValueLayout.JAVA_BYTE, i, (byte) (b.get(ValueLayout.JAVA_BYTE, i) | 1));
          }
        }
        MemorySegment expected = kit.memory(s.count() * type.bytes());
        MemorySegment y = kit.memory(s.count() * type.bytes());
        Kit.cpu(BinaryMap.forward(op, type, s, a, b, expected));
        maps.binary(op.name(), ElementType.valueOf(type.name()), Kit.strides(s), a, b, y);
        if (type == DType.F32) {
          kit.close(2e-6, expected, y, what);
        } else if (type == DType.F64) {
          for (long i = 0; i < s.count(); i++) {
            double e = expected.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * i);
            double got = y.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * i);
            assertTrue(Double.compare(e, got) == 0 || Math.abs(e - got) <= 1e-12 * (1 + Math.abs(e)), what);
          }
        } else {
          kit.same(expected, y, what);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void binaryBackward(BinaryOp op) {
    for (Strided s : PAIRS) {
      String what = op + " backward " + s;
      MemorySegment a = kit.normal(s.span(0));
      MemorySegment b = kit.normal(s.span(1));
      if (s.span(0) > 2) {
        // equal operands, NaN
        a.set(ValueLayout.JAVA_FLOAT, 0, b.get(ValueLayout.JAVA_FLOAT, 0));
        a.set(ValueLayout.JAVA_FLOAT, 4, Float.NaN);
      }
      MemorySegment dy = kit.normal(s.count());
      MemorySegment da = kit.room(s.count());
      MemorySegment db = kit.room(s.count());
      MemorySegment ea = kit.room(s.count());
      MemorySegment eb = kit.room(s.count());
      Kit.cpu(BinaryGradients.of(op, s, dy, new BinaryGradients.Sides(a, b, ea, eb)));
      maps.binaryBackward(op.name(), Kit.strides(s), dy, a, b, da, db);
      kit.close(3e-6, ea, da, what + " a");
      kit.close(3e-6, eb, db, what + " b");
      maps.binaryBackward(op.name(), Kit.strides(s), dy, a, b, MemorySegment.NULL, dy);
      kit.same(db, dy, what + " b alone, in place");
    }
  }

  @ParameterizedTest
  @EnumSource
  void compare(CompareOp op) {
    for (DType type : DType.values()) {
      for (Strided s : PAIRS) {
        MemorySegment a = operand(type, s.span(0));
        MemorySegment b = operand(type, s.span(1));
        if (type == DType.F32 && s.span(0) > 1) {
          a.set(ValueLayout.JAVA_FLOAT, 0, Float.NaN);
          a.set(ValueLayout.JAVA_FLOAT, 4, b.get(ValueLayout.JAVA_FLOAT, 0));
        }
        MemorySegment expected = kit.memory(s.count());
        MemorySegment y = kit.memory(s.count());
        Kit.cpu(Comparison.of(op, type, s, a, b, expected));
        maps.compare(op.name(), ElementType.valueOf(type.name()), Kit.strides(s), a, b, y);
        kit.same(expected, y, op + " " + type + " " + s);
      }
    }
  }

  @Test
  void where() {
    Strided s = Strided.of(new long[] {5, 7, 11}, new long[] {0, 11, 1}, new long[] {77, 0, 1}, new long[] {1, 5, 35});
    MemorySegment c = kit.bytes((int) s.span(0), 2);
    MemorySegment a = kit.normal(s.span(1));
    MemorySegment b = kit.normal(s.span(2));
    MemorySegment expected = kit.room(s.count());
    MemorySegment y = kit.room(s.count());
    Kit.cpu(Selection.of(s, c, a, b, expected));
    maps.where(Kit.strides(s), c, a, b, y);
    kit.same(expected, y, "where");
  }

  @Test
  void copiesOfAllTypes() {
    List<Strided> shapes = List.of(
        Strided.dense(1, 1), Strided.dense(1000, 1), Strided.of(new long[] {7, 5, 3}, new long[] {1, 21, 7}),
        Strided.of(new long[] {65, 33}, new long[] {1, 65}),
        Strided.of(new long[] {3, 33, 40}, new long[] {1400, 1, 35}),
        Strided.of(new long[] {2, 9, 8}, new long[] {72, 1, 9}), Strided.of(new long[] {4, 6}, new long[] {20, 3}));
    for (DType type : DType.values()) {
      ElementType element = ElementType.valueOf(type.name());
      for (Strided s : shapes) {
        MemorySegment x = kit.bytes((int) s.span(0) * type.bytes(), 256);
        MemorySegment expected = kit.memory(s.count() * type.bytes());
        MemorySegment y = kit.memory(s.count() * type.bytes());
        Kit.cpu(StridedCopy.gather(type, s, x, expected));
        copies.gather(element, Kit.strides(s), x, y);
        kit.same(expected, y, "gather " + type + " " + s);
        MemorySegment back = kit.copy(x);
        MemorySegment expectedBack = kit.copy(x);
        Kit.cpu(StridedCopy.scatter(type, s, false, expected, expectedBack));
        copies.scatter(element, Kit.strides(s), false, expected, back);
        kit.same(expectedBack, back, "scatter " + type + " " + s);
      }
    }
    for (Strided s : shapes) {
      MemorySegment x = kit.normal(s.count());
      MemorySegment y = kit.normal(s.span(0));
      MemorySegment expected = kit.copy(y);
      Kit.cpu(StridedCopy.scatter(DType.F32, s, true, x, expected));
      copies.scatter(ElementType.F32, Kit.strides(s), true, x, y);
      kit.same(expected, y, "scatter, adding, " + s);
    }
    Strided repeated = Strided.of(new long[] {5, 4}, new long[] {1, 0});
    MemorySegment x = kit.normal(5);
    MemorySegment y = kit.room(20);
    copies.gather(ElementType.F32, Kit.strides(repeated), x, y);
    MemorySegment expected = kit.room(20);
    Kit.cpu(StridedCopy.gather(DType.F32, repeated, x, expected));
    kit.same(expected, y, "repeated");
    assertThrows(IllegalArgumentException.class,
        () -> copies.scatter(ElementType.F32, Kit.strides(repeated), false, y, x));
  }

  /** The CPU has no bf16: a matrix is transposed and transposed back. */
  @Test
  void copiesOfBf16() {
    Strided columns = Strided.of(new long[] {33, 65}, new long[] {1, 33});
    MemorySegment x = kit.bytes(2 * 33 * 65, 256);
    MemorySegment y = kit.memory(x.byteSize());
    copies.gather(ElementType.BF16, Kit.strides(columns), x, y);
    for (int i = 0; i < 33; i++) {
      for (int j = 0; j < 65; j++) {
        assertEquals(
            x.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * (j * 33 + i)),
            y.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * (i * 65 + j)));
      }
    }
    MemorySegment back = kit.memory(x.byteSize());
    copies.scatter(ElementType.BF16, Kit.strides(columns), false, y, back);
    kit.same(x, back, "bf16 there and back");
  }

  @Test
  void offsetsBeyond32Bits(@TempDir Path folder) throws IOException {
    // A file with holes: as large as it says, but hardly any of it is there.
    long stride = 1L << 31;
    Strided s = Strided.of(new long[] {3, 5}, new long[] {stride, 1});
    try (Arena arena = Arena.ofConfined();
        FileChannel file = FileChannel.open(folder.resolve("holes"), StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment far = file.map(FileChannel.MapMode.READ_WRITE, 0, s.span(0), arena);
      MemorySegment x = kit.bytes(15, 256);
      copies.scatter(ElementType.U8, Kit.strides(s), false, x, far);
      MemorySegment y = kit.memory(15);
      copies.gather(ElementType.U8, Kit.strides(s), far, y);
      kit.same(x, y, "far apart and back");
      for (int i = 0; i < 15; i++) {
        assertEquals(x.get(ValueLayout.JAVA_BYTE, i), far.get(ValueLayout.JAVA_BYTE, i / 5 * stride + i % 5));
      }
    }
  }

  @Test
  void refusesBadInput() {
    MemorySegment x = kit.normal(4);
    Strides two = Kit.strides(Strided.dense(4, 2));
    assertThrows(IllegalArgumentException.class, () -> maps.binary("ADD", ElementType.U8, two, x, x, x));
    assertThrows(IllegalArgumentException.class, () -> maps.binary("ADD", ElementType.F64, two, x, x, x));
    assertThrows(IllegalArgumentException.class,
        () -> maps.binary("ADD", ElementType.F32, Kit.strides(Strided.dense(4, 1)), x, x, x));
    assertThrows(IllegalArgumentException.class, () -> new Strides(new long[] {2}, new long[][] {{-1}}));
    assertThrows(IllegalArgumentException.class, () -> new Strides(new long[] {2, 2}, new long[][] {{1}}));
    assertThrows(IllegalArgumentException.class, () -> new Strides(new long[17], new long[][] {new long[17]}));
    assertThrows(IllegalArgumentException.class,
        () -> copies.scatter(ElementType.I64, Kit.strides(Strided.dense(2, 1)), true, x, x));
  }
}
