package org.chagres.simd.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when there is no more: the limit, a system that refuses, the message, and life afterwards. */
@Timeout(30)
class MemoryLimitTest {
  private static final long MIB = 1 << 20;

  @Test
  void overTheLimitTheMessageNamesTheLargestBlocks() {
    var pool = new MemoryPool(64 * MIB);
    List<Block> live = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      live.add(pool.allocate(i * 1000, "small " + i));
    }
    live.add(pool.allocate(16 * MIB, "conv2d [128, 32, 32, 32]"));
    var e = assertThrows(OutOfNativeMemoryException.class, () -> pool.allocate(60 * MIB, "linear [7]"));
    String[] lines = e.getMessage().split("\n", -1);
    assertTrue(lines[0].contains("60.0 MiB") && lines[0].contains("linear [7]"), lines[0]);
    assertTrue(lines[0].contains("limit 64.0 MiB") && lines[0].contains("live 16.1 MiB in 13 blocks"), lines[0]);
    assertEquals(11, lines.length);
    assertEquals("  16.0 MiB conv2d [128, 32, 32, 32]", lines[1]);
    assertEquals("  11.7 KiB small 12", lines[2]);
    assertEquals("  3.9 KiB small 4", lines[10]);

    pool.allocate(20 * MIB, "fits").free();
    live.forEach(Block::free);
    pool.allocate(60 * MIB, "fits now").free();
    assertTrue(pool.stats().reservedBytes() <= 64 * MIB);
  }

  @Test
  void freeMemoryIsTrimmedBeforeTheLimitRefuses() {
    var pool = new MemoryPool(40 * MIB);
    // Leaves free memory in pieces none of which fits the next request.
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      blocks.add(pool.allocate(4 * MIB - 64, "piece"));
    }
    for (int i = 0; i < 10; i += 2) {
      blocks.get(i).free();
    }
    Block large = pool.allocate(10 * MIB, "large");
    assertTrue(pool.stats().reservedBytes() <= 40 * MIB, () -> pool.stats().toString());
    large.free();
  }

  @Test
  void loweringTheLimitHandsFreeMemoryBack() {
    var pool = new MemoryPool(Long.MAX_VALUE);
    pool.allocate(64 * MIB, "gone").free();
    Block kept = pool.allocate(8 * MIB, "kept");
    pool.setLimit(10 * MIB);
    assertEquals(10 * MIB, pool.limit());
    assertTrue(pool.stats().reservedBytes() <= 10 * MIB);
    pool.setLimit(0);
    assertThrows(OutOfNativeMemoryException.class, () -> pool.allocate(9 * MIB, "none"));
    pool.setLimit(Long.MAX_VALUE);
    pool.allocate(9 * MIB, "again").free();
    kept.free();
    assertThrows(IllegalArgumentException.class, () -> pool.setLimit(-1));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2 << 20, 33 << 20})
  void neverReservesMoreThanTheLimit(long limit) {
    var pool = new MemoryPool(limit);
    List<Block> live = new ArrayList<>();
    assertThrows(
        OutOfNativeMemoryException.class,
        () -> {
          for (;;) {
            live.add(pool.allocate(300_000, "fill"));
          }
        });
    assertTrue(pool.stats().reservedBytes() <= limit);
    assertTrue(pool.stats().liveBytes() >= (limit / (2 * MIB) * 2 * MIB) * 3 / 4, () -> pool.stats().toString());
    live.forEach(Block::free);
  }

  @Test
  void aSystemThatRefusesIsTold() {
    var refusing = new Refusing();
    var pool = new MemoryPool(Long.MAX_VALUE, refusing);
    Block first = pool.allocate(100, "first");
    refusing.refuses = true;
    var e = assertThrows(OutOfNativeMemoryException.class, () -> pool.allocate(40 * MIB, "second"));
    assertTrue(e.getMessage().contains("second") && e.getMessage().contains("100 B first"), e.getMessage());
    pool.allocate(20 * MIB, "in what is there").free();
    refusing.refuses = false;
    pool.allocate(40 * MIB, "second").free();
    first.free();
  }

  @Test
  void garbageIsCollectedBeforeGivingUp() {
    var pool = new MemoryPool(32 * MIB);
    for (int i = 0; i < 10; i++) {
      pool.allocate(20 * MIB, "garbage").reclaimWhenUnreachable(new Object());
    }
  }

  @Test
  void unreachableOwnersGiveTheirBlocksBack() throws InterruptedException {
    var pool = new MemoryPool(Long.MAX_VALUE);
    Object owner = new Object();
    Block kept = pool.allocate(1000, "kept");
    kept.reclaimWhenUnreachable(owner);
    assertThrows(IllegalStateException.class, () -> kept.reclaimWhenUnreachable(owner));
    pool.allocate(1000, "lost").reclaimWhenUnreachable(new Object());
    Block freed = pool.allocate(1000, "freed");
    freed.reclaimWhenUnreachable(new Object());
    freed.free();
    assertThrows(IllegalStateException.class, () -> freed.reclaimWhenUnreachable(owner));
    for (int i = 0; i < 200 && pool.stats().liveBlocks() > 1; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertEquals(1, pool.stats().liveBlocks());
    assertTrue(!kept.isFreed());
    Reference.reachabilityFence(owner);
    kept.free();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "64k, 65536", "512m, 536870912", "4G, 4294967296", "2t, 2199023255552", "' 3m ', 3145728"})
  void readsSizes(String text, long bytes) {
    assertEquals(bytes, Sizes.parse(text, "option"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "m", "0", "-1m", "12q", "1.5g", "9999999999t", "99999999999999999999"})
  void refusesWhatIsNoSize(String text) {
    var e = assertThrows(IllegalArgumentException.class, () -> Sizes.parse(text, "-Dx"));
    assertTrue(e.getMessage().startsWith("-Dx: "), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "16777216, 16.0 MiB", "9223372036854775807, 8.0 EiB"})
  void writesSizes(long bytes, String text) {
    assertEquals(text, Sizes.format(bytes));
  }

  /** The C library's memory, until it refuses. */
  private static final class Refusing implements PageSource {
    private final PlainPages pages = new PlainPages();
    private boolean refuses;

    @Override
    public long map(long bytes) {
      return refuses ? 0 : pages.map(bytes);
    }

    @Override
    public boolean release(long address, long bytes) {
      return false;
    }

    @Override
    public boolean hugePages() {
      return false;
    }

    @Override
    public long calls() {
      return pages.calls();
    }
  }
}
