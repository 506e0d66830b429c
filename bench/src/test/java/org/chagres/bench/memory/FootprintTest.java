package org.chagres.bench.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.chagres.simd.memory.Block;
import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.memory.Stats;
import org.junit.jupiter.api.Test;

class FootprintTest {

  private static final Stats POOL = new Stats(64, 64, 0, 64, 1, 3, false);

  @Test
  void eachLimitFailsAlone() {
    OptionalLong before = OptionalLong.of(100 << 20);
    OptionalLong same = OptionalLong.of((100 << 20) + Footprint.NOISE);
    OptionalLong more = OptionalLong.of(same.getAsLong() + 1);
    long heap = Footprint.HEAP_LIMIT - 1;
    assertEquals(List.of(), new Footprint(heap, before, same, POOL, 0).failures());
    assertEquals(List.of(), new Footprint(heap, OptionalLong.empty(), OptionalLong.empty(), POOL, 0).failures());
    assertTrue(new Footprint(heap + 1, before, same, POOL, 0).failures().getFirst().startsWith("heap a step"));
    assertTrue(new Footprint(heap, before, more, POOL, 0).failures().getFirst().startsWith("resident memory"));
    assertTrue(new Footprint(heap, before, same, POOL, 1).failures().getFirst().startsWith("the pool's calls"));
  }

  @Test
  void aLeakIsSeen() {
    List<byte[]> kept = new ArrayList<>();
    List<Block> blocks = new ArrayList<>();
    Footprint f = Footprint.of(
        () -> {
          kept.add(new byte[1 << 20]);
          blocks.add(MemoryPool.system().allocate(64 << 20, "leak"));
        }, 1, 4);
    blocks.forEach(Block::free);
    assertTrue(f.heapBytesPerStep() >= 1 << 20, f.toString());
    assertTrue(f.systemCalls() > 0, f.toString());
    assertTrue(f.failures().size() >= 2, f.failures().toString());
    assertEquals(5, kept.size());
  }
}
