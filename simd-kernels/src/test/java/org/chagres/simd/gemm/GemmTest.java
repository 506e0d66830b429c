package org.chagres.simd.gemm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.reference.ReferenceGemm;
import org.chagres.simd.shape.GemmShape;
import org.chagres.simd.shape.GemmShape.Operand;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Products against the reference, over shapes that are ragged, skinny, deep, batched and strided. */
class GemmTest {

  private static final long SEED = Long.getLong("chagres.seed", 20250914L);
  private static final MemorySegment NONE = MemorySegment.NULL;

  private static final List<Workers> WORKERS = List.of(Workers.of(1), Workers.of(2), Workers.of(3));

  private final Arena arena = Arena.ofShared();
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  @Tag("lanes")
  void sizesAroundATileInAllTransposes() {
    int[] rows = {SkinnyGemm.MOST_DOTS + 1, 3 * Tiles.MR - 1, 3 * Tiles.MR, 3 * Tiles.MR + 1};
    int[] columns = {SkinnyGemm.MOST_DOTS + 1, 2 * Tiles.NR - 1, 2 * Tiles.NR, 2 * Tiles.NR + 1, 3 * Tiles.NR + 3};
    for (int m : rows) {
      for (int n : columns) {
        for (int k : new int[] {1, 7, 8, 17}) {
          for (int t = 0; t < 4; t++) {
            check(GemmShape.of(m, n, k, (t & 1) != 0, (t & 2) != 0), random.nextBoolean());
          }
        }
      }
    }
  }

  @Test
  @Tag("lanes")
  void tinySizesInAllTransposes() {
    for (int m = 1; m <= 9; m += 2) {
      for (int n = 1; n <= 9; n += 2) {
        for (int t = 0; t < 4; t++) {
          check(GemmShape.of(m, n, 1 + random.nextInt(9), (t & 1) != 0, (t & 2) != 0), random.nextBoolean());
        }
      }
    }
  }

  @Test
  @Tag("lanes")
  void skinny() {
    for (int count : new int[] {1, 2, 3, SkinnyGemm.MOST_SUMS, SkinnyGemm.MOST_SUMS + 1, SkinnyGemm.MOST_DOTS}) {
      for (int t = 0; t < 4; t++) {
        for (int k : new int[] {1, 7, 2 * Tiles.NR + 5}) {
          var shape = GemmShape.of(count, 77, k, (t & 1) != 0, (t & 2) != 0);
          check(shape, true);
          check(shape.accumulating(), false);
          var tall = GemmShape.of(77, count, k, (t & 1) != 0, (t & 2) != 0);
          check(tall, true);
          check(tall.accumulating(), true);
        }
      }
    }
  }

  @Test
  void skinnyOfSeveralChunks() {
    check(GemmShape.of(1, 700, 600, false, true), true);
    check(GemmShape.of(2, 2500, 300, false, false), true);
    check(GemmShape.of(700, 3, 600, false, false), true);
  }

  @Test
  void severalBlocksOfKAndCells() {
    for (int t = 0; t < 4; t++) {
      boolean ta = (t & 1) != 0;
      boolean tb = (t & 2) != 0;
      check(GemmShape.of(131, 150, 2 * Tiles.KC + 3, ta, tb), true);
      check(GemmShape.of(200, 77, 300, ta, tb).accumulating(), true);
    }
  }

  @Test
  void slicesOfK() {
    var shape = GemmShape.of(20, 33, 20 * Tiles.KC + 5, true, false);
    assertTrue(Blocking.of(shape).slices() > 1);
    check(shape, true);
    check(shape.accumulating(), true);
    check(GemmShape.of(20, 33, 16 * Tiles.KC, false, true).accumulating(), false);
    check(GemmShape.batched(2, 7, 9, 30 * Tiles.KC + 1, false, true), true);
  }

  @Test
  void severalRounds() {
    var wide = GemmShape.of(9, 2 * Tiles.EDGE + 100, 300, false, false);
    var deep = GemmShape.of(13, Tiles.EDGE - 10, 3 * Tiles.KC, false, true).accumulating();
    var many = GemmShape.batched(30, 14, 13, 4000, false, false);
    for (GemmShape shape : List.of(wide, deep, many)) {
      assertTrue(Blocking.of(shape).rounds(shape).size() > 1, shape.toString());
      check(shape, true);
    }
  }

  @Test
  @Tag("lanes")
  void leadingDimensionsLargerThanARow() {
    for (int t = 0; t < 4; t++) {
      boolean ta = (t & 1) != 0;
      boolean tb = (t & 2) != 0;
      for (int m : new int[] {2, 13}) {
        int n = 21;
        int k = 19;
        var a = new Operand(ta, (ta ? m : k) + 5, 1000);
        var b = new Operand(tb, (tb ? k : n) + 3, 2000);
        check(new GemmShape(m, n, k, a, b, n + 7, 3, false), true);
        check(new GemmShape(m, n, k, a, b, n + 7, 3, true), true);
      }
    }
  }

  @Test
  @Tag("lanes")
  void batches() {
    var fixed = new Operand(true, 12, 0);
    var moving = new Operand(false, 12, 12 * 30);
    for (int m : new int[] {1, 12}) {
      int n = 30;
      var b = new Operand(false, n, 0);
      check(new GemmShape(m, n, 12, new Operand(false, 12, 12L * m), b, n, 5, false), true);
      check(new GemmShape(m, n, 12, new Operand(false, 12, 12L * m), b, n, 5, true), false);
      check(new GemmShape(m, n, 12, new Operand(true, m, 12L * m), b, n, 5, false), true);
    }
    check(new GemmShape(12, 12, 30, fixed, moving, 12, 4, false), true);
    check(GemmShape.batched(7, 6, 17, 8, false, true), false);
    check(GemmShape.batched(3, 1, 40, 33, false, true), true);
  }

  @Test
  void nothingToSum() {
    for (var shape : List.of(GemmShape.of(3, 5, 0, false, false), GemmShape.batched(2, 3, 5, 0, true, true))) {
      check(shape, false);
      check(shape, true);
      check(shape.accumulating(), false);
      check(shape.accumulating(), true);
    }
    check(GemmShape.of(0, 5, 4, false, false), true);
    check(GemmShape.of(5, 0, 4, false, true), true);
    check(GemmShape.batched(0, 5, 5, 4, false, true), true);
  }

  @Test
  void randomShapes() {
    for (int i = 0; i < 200; i++) {
      int m = size();
      int n = size();
      int k = size();
      boolean ta = random.nextBoolean();
      boolean tb = random.nextBoolean();
      var a = new Operand(ta, (ta ? m : k) + random.nextInt(4), random.nextInt(3) * 20_000L);
      var b = new Operand(tb, (tb ? k : n) + random.nextInt(4), random.nextInt(3) * 20_000L);
      int batch = random.nextInt(4) == 0 ? random.nextInt(4) : 1;
      check(new GemmShape(m, n, k, a, b, n + random.nextInt(3), batch, random.nextBoolean()), random.nextBoolean());
    }
  }

  /** Mostly small, sometimes zero, sometimes over a hundred. */
  private int size() {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(3);
      case 1 -> 60 + random.nextInt(80);
      default -> 1 + random.nextInt(40);
    };
  }

  @Test
  void badInput() {
    var shape = GemmShape.of(2, 3, 4, false, false);
    var a = arena.allocate(4 * 8);
    var b = arena.allocate(4 * 12);
    var c = arena.allocate(4 * 6);
    refused("a: expected at least 32 bytes, got 31", shape, a.asSlice(0, 31), b, NONE, c);
    refused("b: expected at least 48 bytes, got 44", shape, a, b.asSlice(0, 44), NONE, c);
    refused("bias: expected at least 12 bytes, got 8", shape, a, b, arena.allocate(8), c);
    refused("c: expected at least 24 bytes, got 20", shape, a, b, NONE, c.asSlice(0, 20));
    refused("a: expected off-heap", shape, MemorySegment.ofArray(new float[8]), b, NONE, c);
    refused("a: expected memory apart from c", shape, a, b, NONE, a);
    refused("b: expected memory apart from c", shape, a, b, NONE, b.asSlice(4));
    var closed = Arena.ofShared();
    var gone = closed.allocate(24);
    closed.close();
    assertThrows(IllegalStateException.class, () -> Gemm.multiply(shape, a, b, NONE, gone));
  }

  private static void refused(
      String message, GemmShape shape, MemorySegment a, MemorySegment b, MemorySegment bias, MemorySegment c) {
    var e = assertThrows(IllegalArgumentException.class, () -> Gemm.multiply(shape, a, b, bias, c));
    assertTrue(e.getMessage().startsWith(message), e.getMessage());
  }

  /** The product against the reference, with 1, 2 and 3 threads; what lies between the rows of C stays as it was. */
  private void check(GemmShape shape, boolean withBias) {
    MemorySegment a = filled(shape.aCount());
    MemorySegment b = filled(shape.bCount());
    MemorySegment bias = withBias ? filled(shape.n()) : NONE;
    MemorySegment start = filled(shape.cCount() + 16);
    MemorySegment expected = copy(start);
    ReferenceGemm.multiply(shape, a, b, bias, expected);

    var results = new ArrayList<float[]>();
    for (Workers workers : WORKERS) {
      MemorySegment c = copy(start);
      workers.run(Gemm.multiply(shape, a, b, bias, c));
      results.add(c.toArray(JAVA_FLOAT_UNALIGNED));
    }
    String what = shape + " bias " + withBias + " seed " + SEED;
    assertArrayEquals(results.get(0), results.get(1), what);
    assertArrayEquals(results.get(0), results.get(2), what);
    double tolerance = 1e-7 * (4 + shape.k());
    for (int i = 0; i < results.get(0).length; i++) {
      assertEquals(expected.getAtIndex(JAVA_FLOAT_UNALIGNED, i), results.get(0)[i], tolerance, what + " at " + i);
    }
  }

  /** Elements in (-1, 1). */
  private MemorySegment filled(long floats) {
    MemorySegment s = arena.allocate(Math.max(1, floats) * 4, 4);
    for (long i = 0; i < floats; i++) {
      s.setAtIndex(JAVA_FLOAT_UNALIGNED, i, 2 * random.nextFloat() - 1);
    }
    return s;
  }

  private MemorySegment copy(MemorySegment s) {
    return arena.allocate(s.byteSize(), 4).copyFrom(s);
  }
}
