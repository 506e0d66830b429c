package org.chagres.simd.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.chagres.simd.math.Buffers;
import org.chagres.simd.reference.ReferenceIndex;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class RowsTest {

  private static final int[][] SHAPES =
      {{1, 1, 1}, {5, 3, 20}, {7, 8, 0}, {9, 17, 40}, {3000, 33, 500}, {10, 40, 3000}};

  @Test
  void gatherAndSum() {
    Random random = new Random(Buffers.SEED);
    for (int[] s : SHAPES) {
      Rows shape = new Rows(s[0], s[1], s[2]);
      MemorySegment table = Buffers.normal(random, (long) s[0] * s[1], 1);
      MemorySegment dy = Buffers.normal(random, (long) s[2] * s[1], 1);
      long[] indices = random.longs(s[2], 0, s[0]).toArray();
      MemorySegment y = Buffers.bytes(4L * s[2] * s[1]);
      MemorySegment dTable = Buffers.bytes(4L * s[0] * s[1]);
      Buffers.runEverywhere(GatherRows.of(shape, table, Buffers.of(indices), y), y);
      assertArrayEquals(ReferenceIndex.gatherRows(s[1], Buffers.floats(table), indices), Buffers.floats(y));
      Buffers.runEverywhere(SumRows.of(shape, dy, Buffers.of(indices), dTable), dTable);
      double[] sums = ReferenceIndex.sumRows(s[0], s[1], Buffers.floats(dy), indices);
      for (int i = 0; i < sums.length; i++) {
        Buffers.near(sums[i], Buffers.at(dTable, i), 1e-7 * (10 + s[2] / s[0]), 1e-6, () -> "sum of rows, " + shape);
      }
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    Rows shape = new Rows(4, 2, 1);
    MemorySegment table = Buffers.bytes(32);
    MemorySegment y = Buffers.bytes(8);
    for (long bad : new long[] {-1, 4, Long.MAX_VALUE}) {
      MemorySegment index = Buffers.of(bad);
      assertThrows(IndexOutOfBoundsException.class, () -> Buffers.run(1, GatherRows.of(shape, table, index, y)));
      assertThrows(IndexOutOfBoundsException.class, () -> Buffers.run(1, SumRows.of(shape, y, index, table)));
    }
    assertThrows(IllegalArgumentException.class, () -> GatherRows.of(shape, y, y, y));
    assertThrows(IllegalArgumentException.class, () -> new Rows(-1, 2, 3));
    assertThrows(IllegalArgumentException.class, () -> new Rows(1, Integer.MAX_VALUE, Long.MAX_VALUE));
  }
}
