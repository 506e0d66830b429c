package org.chagres.simd.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks do not overlap, memory is reused, and the pool's numbers add up. */
@Timeout(30)
class MemoryPoolTest {
  private static final long SEED = Long.getLong("chagres.seed", System.nanoTime());

  private static MemoryPool pool(boolean plain) {
    return plain ? new MemoryPool(Long.MAX_VALUE, new PlainPages()) : new MemoryPool(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void randomBlocksNeverOverlap(boolean plain) {
    MemoryPool pool = pool(plain);
    var random = new Random(SEED);
    List<Block> live = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      if (live.isEmpty() || (live.size() < 200 && random.nextInt(100) < 52)) {
        long bytes = (long) Math.pow(2, random.nextDouble() * (random.nextInt(50) == 0 ? 24 : 12)) - 1;
        Block block = pool.allocate(bytes, "block " + i);
        assertEquals(0, block.address() % MemoryPool.ALIGNMENT);
        assertEquals(bytes, block.segment().byteSize());
        mark(block);
        live.add(block);
      } else {
        Block block = live.remove(random.nextInt(live.size()));
        check(block);
        block.free();
      }
      if (random.nextInt(2_000) == 0) {
        pool.trim();
      }
      if (i % 500 == 0) {
        checkStats(pool, live);
      }
    }
    live.forEach(MemoryPoolTest::check);
    live.forEach(Block::free);
    checkStats(pool, List.of());
  }

  /** Fills it with a byte of its own; of a large one, both ends. */
  private static void mark(Block block) {
    for (MemorySegment part : parts(block)) {
      part.fill(tag(block));
    }
  }

  private static void check(Block block) {
    for (MemorySegment part : parts(block)) {
      for (long i = 0; i < part.byteSize(); i++) {
        if (part.get(ValueLayout.JAVA_BYTE, i) != tag(block)) {
          throw new AssertionError(block.maker() + ": byte " + i + " was overwritten, seed " + SEED);
        }
      }
    }
  }

  private static byte tag(Block block) {
    return (byte) System.identityHashCode(block);
  }

  private static List<MemorySegment> parts(Block block) {
    MemorySegment all = block.segment();
    long end = Math.min(all.byteSize(), 300);
    return List.of(all.asSlice(0, end), all.asSlice(all.byteSize() - end));
  }

  private static void checkStats(MemoryPool pool, List<Block> live) {
    Stats stats = pool.stats();
    long bytes = live.stream().mapToLong(b -> (Math.max(b.bytes(), 1) + 63) / 64 * 64).sum();
    assertEquals(bytes, stats.liveBytes(), () -> "seed " + SEED);
    assertEquals(live.size(), stats.liveBlocks());
    assertEquals(stats.reservedBytes(), stats.liveBytes() + stats.pooledBytes());
    assertTrue(stats.peakLiveBytes() >= stats.liveBytes());
    assertTrue(stats.pooledBytes() >= 0);
  }

  @Test
  void aStepThatRepeatsGetsTheSameAddressesAndAsksTheSystemForNothing() {
    MemoryPool pool = pool(false);
    Block model = pool.allocate(3_260_072, "parameters");
    long[] sizes = {16 << 20, 16 << 20, 4 << 20, 40, 0, 8 << 20, 1 << 20, 1_000_003, 33 << 20, 4096, 16 << 20};
    step(pool, sizes, SEED);
    Stats after = pool.stats();
    long[] second = step(pool, sizes, SEED + 1);
    for (int turn = 2; turn < 20; turn++) {
      // The order of freeing differs from turn to turn; the addresses do not.
      assertArrayEquals(second, step(pool, sizes, SEED + turn));
    }
    assertEquals(after.systemCalls(), pool.stats().systemCalls());
    assertEquals(after.reservedBytes(), pool.stats().reservedBytes());
    model.free();
  }

  private static long[] step(MemoryPool pool, long[] sizes, long seed) {
    List<Block> blocks = new ArrayList<>();
    for (long size : sizes) {
      blocks.add(pool.allocate(size, "step"));
    }
    long[] addresses = blocks.stream().mapToLong(Block::address).toArray();
    Collections.shuffle(blocks, new Random(seed));
    blocks.forEach(Block::free);
    return addresses;
  }

  @Test
  void freedNeighboursServeALargerBlock() {
    MemoryPool pool = pool(false);
    List<Block> small = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      small.add(pool.allocate(1 << 20, "small"));
    }
    long calls = pool.stats().systemCalls();
    Collections.shuffle(small, new Random(SEED));
    small.forEach(Block::free);
    Block large = pool.allocate(32 << 20, "large");
    assertEquals(calls, pool.stats().systemCalls());
    large.free();
  }

  @Test
  void zeroBytesIsABlock() {
    MemoryPool pool = pool(false);
    Block a = pool.allocate(0, "empty");
    Block b = pool.allocate(0, "empty");
    assertEquals(0, a.segment().byteSize());
    assertNotEquals(a.address(), b.address());
    a.free();
    b.free();
    assertEquals(0, pool.stats().liveBytes());
  }

  @Test
  void absurdSizes() {
    MemoryPool pool = pool(false);
    assertThrows(IllegalArgumentException.class, () -> pool.allocate(-1, "negative"));
    assertThrows(IllegalArgumentException.class, () -> pool.allocate(Long.MIN_VALUE, "negative"));
    for (long bytes : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 64, 1L << 62, 1L << 47, 1L << 46}) {
      var e = assertThrows(OutOfNativeMemoryException.class, () -> pool.allocate(bytes, "huge"));
      assertTrue(e.getMessage().contains("huge") && e.getMessage().contains("no limit is set"), e.getMessage());
    }
    pool.allocate(1000, "after").free();
  }

  @Test
  void handlesKnowThatTheyAreFreed() {
    MemoryPool pool = pool(false);
    Block block = pool.allocate(100, "relu [5, 5]");
    assertSame(block.segment(), block.segment());
    assertEquals("relu [5, 5]", block.maker());
    assertFalse(block.isFreed());
    block.free();
    assertTrue(block.isFreed());
    Block next = pool.allocate(100, "other");
    for (Callable<?> use : List.<Callable<?>>of(block::segment, block::address)) {
      var e = assertThrows(IllegalStateException.class, use::call);
      assertTrue(e.getMessage().contains("relu [5, 5]") && e.getMessage().contains("after free"), e.getMessage());
    }
    var twice = assertThrows(IllegalStateException.class, block::free);
    assertTrue(twice.getMessage().contains("relu [5, 5]") && twice.getMessage().contains("twice"), twice.getMessage());
    assertFalse(next.isFreed(), "a second free took somebody else's memory");
    next.free();
  }

  @Test
  void staleSegmentsDoNotCrash() {
    MemoryPool pool = pool(false);
    Block block = pool.allocate(64 << 20, "stale");
    MemorySegment stale = block.segment();
    stale.fill((byte) 1);
    block.free();
    assertEquals(64 << 20, pool.trim());
    assertEquals(0, stale.get(ValueLayout.JAVA_BYTE, 1000));
    assertEquals(0, pool.stats().reservedBytes());
    Block again = pool.allocate(64 << 20, "again");
    assertEquals(stale.address(), again.address(), "trimmed memory is used again");
    again.free();
  }

  @Test
  void threadsShareAPool() throws Exception {
    MemoryPool pool = pool(false);
    try (var executor = Executors.newFixedThreadPool(4)) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        var random = new Random(SEED + t);
        tasks.add(() -> churn(pool, random));
      }
      for (var result : executor.invokeAll(tasks)) {
        result.get();
      }
    }
    assertEquals(0, pool.stats().liveBytes());
    assertEquals(0, pool.stats().liveBlocks());
  }

  private static Void churn(MemoryPool pool, Random random) {
    List<Block> live = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      if (live.size() < 20 && random.nextBoolean()) {
        Block block = pool.allocate(random.nextInt(100_000), "thread");
        mark(block);
        live.add(block);
      } else if (!live.isEmpty()) {
        Block block = live.remove(random.nextInt(live.size()));
        check(block);
        block.free();
      }
    }
    live.forEach(Block::free);
    return null;
  }

  @Test
  void peakCanBeReset() {
    MemoryPool pool = pool(false);
    pool.allocate(6400, "a").free();
    assertEquals(6400, pool.stats().peakLiveBytes());
    pool.resetPeak();
    assertEquals(0, pool.stats().peakLiveBytes());
  }

  @Test
  void theProcessHasOnePool() {
    assertSame(MemoryPool.system(), MemoryPool.system());
  }
}
