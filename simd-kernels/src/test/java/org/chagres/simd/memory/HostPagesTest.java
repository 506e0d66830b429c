package org.chagres.simd.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HostPagesTest {

  @Test
  void slotsLieOnPagesOfTheirOwn() {
    var pool = new MemoryPool(Long.MAX_VALUE);
    long page = PageLocks.pageBytes();
    long last = 0;
    for (long bytes : new long[] {0, 1, page - 1, page, page + 1, 3_145_728}) {
      pool.allocate(64, "between");
      HostPages slot = HostPages.allocate(pool, bytes, false);
      assertEquals(0, slot.address() % page);
      assertEquals(bytes, slot.bytes());
      assertEquals(bytes, slot.segment().byteSize());
      assertEquals(slot.address(), slot.segment().address());
      assertTrue(Math.abs(slot.address() - last) >= page);
      last = slot.address();
      slot.segment().fill((byte) 1);
      assertFalse(slot.locked());
      assertEquals("not locked: not asked for", slot.lockOutcome());
    }
  }

  @Test
  void lockingSucceedsOrSaysWhyNot() {
    var pool = new MemoryPool(Long.MAX_VALUE);
    try (HostPages slot = HostPages.allocate(pool, 10_000, true)) {
      assertEquals(slot.locked(), slot.lockOutcome().equals("locked"));
      assertTrue(slot.locked() || slot.lockOutcome().startsWith("not locked: "), slot.lockOutcome());
    }
    assertEquals(0, pool.stats().liveBytes());
  }

  @Test
  void closedSlotsAreKnown() {
    var pool = new MemoryPool(Long.MAX_VALUE);
    HostPages slot = HostPages.allocate(pool, 100, true);
    slot.close();
    assertThrows(IllegalStateException.class, slot::segment);
    assertThrows(IllegalStateException.class, slot::address);
    assertThrows(IllegalStateException.class, slot::close);
  }

  @Test
  void absurdSizes() {
    assertThrows(IllegalArgumentException.class, () -> HostPages.allocate(-1, false));
    assertThrows(OutOfNativeMemoryException.class, () -> HostPages.allocate(Long.MAX_VALUE, false));
  }

  @Test
  void residentMemoryGrowsWithWhatIsTouched() {
    var before = ProcessMemory.residentBytes();
    if (before.isEmpty()) {
      return;
    }
    var pool = new MemoryPool(Long.MAX_VALUE);
    Block block = pool.allocate(48 << 20, "touched");
    block.segment().fill((byte) 1);
    assertTrue(ProcessMemory.residentBytes().orElseThrow() - before.orElseThrow() > 24 << 20);
    block.free();
    pool.trim();
  }
}
