package org.chagres.simd.memory;

/** The message of an {@link OutOfNativeMemoryException}. */
final class OutOfMemoryReport {
  private static final int BLOCKS = 10;

  private OutOfMemoryReport() {}

  static String of(MemoryPool pool, long bytes, Object maker) {
    // Outside the pool's lock from here on: toString of a maker is somebody else's code.
    Block[] largest = pool.largest(BLOCKS);
    Stats stats = pool.stats();
    long limit = pool.limit();
    var text = new StringBuilder();
    text.append("cannot allocate ").append(Sizes.format(bytes)).append(" for ").append(maker).append(": ");
    if (limit == Long.MAX_VALUE) {
      text.append("the system has no more, and no limit is set");
    } else {
      text.append("limit ").append(Sizes.format(limit));
    }
    text.append(", live ").append(Sizes.format(stats.liveBytes())).append(" in ").append(stats.liveBlocks());
    text.append(stats.liveBlocks() == 1 ? " block" : " blocks");
    text.append(", reserved ").append(Sizes.format(stats.reservedBytes()));
    if (largest.length > 0) {
      text.append("; the largest live blocks:");
    }
    for (Block block : largest) {
      text.append("\n  ").append(Sizes.format(block.bytes())).append(' ').append(block.maker());
    }
    return text.toString();
  }
}
