package org.chagres.simd.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.chagres.simd.parallel.Workers;
import org.junit.jupiter.api.Test;

class TileProductTest {

  @Test
  void addsTheProductSoManyTimes() {
    int k = 5;
    try (Arena arena = Arena.ofShared();
        Workers workers = Workers.of(1)) {
      MemorySegment a = counted(arena, TileProduct.ROWS * k);
      MemorySegment b = counted(arena, TileProduct.COLUMNS * k);
      MemorySegment c = counted(arena, TileProduct.ROWS * TileProduct.COLUMNS);
      workers.run(TileProduct.of(k, 2, a, b, c));
      for (int i = 0; i < TileProduct.ROWS; i++) {
        for (int j = 0; j < TileProduct.COLUMNS; j++) {
          double sum = 0;
          for (int s = 0; s < k; s++) {
            sum += value(s * TileProduct.ROWS + i) * value(s * TileProduct.COLUMNS + j);
          }
          int at = i * TileProduct.COLUMNS + j;
          assertEquals(value(at) + 2 * sum, c.getAtIndex(ValueLayout.JAVA_FLOAT, at), 1e-3, i + ", " + j);
        }
      }
      assertThrows(IllegalArgumentException.class, () -> TileProduct.of(0, 1, a, b, c));
      assertThrows(IllegalArgumentException.class, () -> TileProduct.of(k + 1, 1, a, b, c));
    }
  }

  private static MemorySegment counted(Arena arena, int count) {
    MemorySegment s = arena.allocate(4L * count, 64);
    for (int i = 0; i < count; i++) {
      s.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value(i));
    }
    return s;
  }

  private static double value(int i) {
    return i % 7 - 3;
  }
}
