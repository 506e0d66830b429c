package org.chagres.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.chagres.simd.index.GatherRows;
import org.chagres.simd.index.Rows;
import org.chagres.simd.index.SumRows;
import org.junit.jupiter.api.Test;

class IndexTest {

  private final Kit kit = new Kit(10);
  private final IndexKernels index = new IndexKernels(kit.stream());

  @Test
  void rowsByIndexAndTheirSumsInOrder() {
    int[][] cases = {{1, 1, 1}, {10, 3, 7}, {7, 32, 257}, {100, 33, 1025}, {3, 4, 4098}, {1000, 8, 40}, {5, 2, 0}};
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (int[] c : cases) {
        String what = c[0] + " rows of " + c[1] + ", " + c[2] + " indices";
        Rows cpu = new Rows(c[0], c[1], c[2]);
        Table s = new Table(c[0], c[1], c[2]);
        MemorySegment table = kit.normal((long) c[0] * c[1]);
        MemorySegment indices = kit.integers(c[2], 0, c[0]);
        MemorySegment y = kit.room((long) c[1] * c[2]);
        MemorySegment expected = kit.room((long) c[1] * c[2]);
        Kit.cpu(GatherRows.of(cpu, table, indices, expected));
        index.gatherRows(s, table, indices, y);
        kit.same(expected, y, what);
        MemorySegment dy = kit.normal((long) c[1] * c[2]);
        MemorySegment sums = kit.room((long) c[0] * c[1]);
        MemorySegment expectedSums = kit.room((long) c[0] * c[1]);
        Kit.cpu(SumRows.of(cpu, dy, indices, expectedSums));
        index.sumRows(s, dy, indices, sums);
        kit.same(expectedSums, sums, what + ", sums");
      }
    }
  }

  @Test
  void wildIndicesHarmNothing() {
    MemorySegment table = kit.normal(8);
    MemorySegment indices = kit.longs(1, -1, 1L << 40, 2);
    MemorySegment y = kit.room(16);
    Table s = new Table(2, 4, 4);
    index.gatherRows(s, table, indices, y);
    for (int i = 0; i < 16; i++) {
      float v = y.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      assertEquals(i >= 4, Float.isNaN(v), "element " + i);
    }
    MemorySegment sums = kit.room(8);
    index.sumRows(s, kit.normal(16), indices, sums);
    kit.close(0, kit.floats(0, 0, 0, 0), sums.asSlice(0, 16), "row 0 has none");
  }

  @Test
  void picksLabels() {
    MemorySegment x = kit.integers(50, -1000, 1000);
    MemorySegment at = kit.integers(300, 0, 50);
    MemorySegment y = kit.memory(2400);
    index.pick(50, 300, x, at, y);
    for (int i = 0; i < 300; i++) {
      long from = at.getAtIndex(ValueLayout.JAVA_LONG, i);
      assertEquals(
          x.getAtIndex(ValueLayout.JAVA_LONG, from), y.getAtIndex(ValueLayout.JAVA_LONG, i));
    }
    kit.unharmed("labels");
  }

  @Test
  void refusesBadInput() {
    MemorySegment x = kit.normal(4);
    assertThrows(IllegalArgumentException.class, () -> new Table(-1, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Table(1, 1, 1L << 31));
    assertThrows(IllegalArgumentException.class, () -> index.gatherRows(new Table(2, 2, 9), x, x, x));
    assertThrows(IllegalArgumentException.class, () -> index.sumRows(new Table(2, 9, 1), x, x, x));
  }
}
