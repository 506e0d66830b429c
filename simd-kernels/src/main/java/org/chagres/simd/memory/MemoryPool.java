package org.chagres.simd.memory;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Native memory for tensors and scratch: mapped from the system in huge-page slabs, handed out and taken back
 * in blocks.
 *
 * <p>A pool serves blocks of any size aligned to 64 bytes, contents undefined. What is freed is kept and reused; a loop
 * whose sizes repeat soon asks the system for nothing. Memory once mapped stays mapped, so that a stale
 * segment can never crash the JVM; {@link #trim} hands the physical memory back. Thread-safe.
 */
public final class MemoryPool {
  /** The option that sets the first limit of {@link #system}, such as 512m or 4g. */
  public static final String LIMIT_OPTION = "chagres.memory.limit";

  /** The alignment of every block, in bytes: a cache line. */
  public static final long ALIGNMENT = 64;

  /** Smaller requests grow the pool by a slab, larger ones by what they need. */
  static final long SLAB = 32L << 20;
  static final long LARGE = 8L << 20;

  private static final long MOST = 1L << 46;
  private static final int RECLAIM_WAITS = 20;
  private static final long RECLAIM_WAIT_MILLIS = 10;

  private static volatile MemoryPool system;

  private final ReentrantLock lock = new ReentrantLock();
  private final PageSource pages;
  private final RangeHeap heap = new RangeHeap();
  private long limit;
  private long reserved;
  private long live;
  private long peak;
  private int blocks;
  private int reclaimable;

  /**
   * A pool of its own, for tests and for parts that must not starve others. Its memory is never unmapped.
   *
   * @param limit the most bytes to reserve
   */
  public MemoryPool(long limit) {
    this(limit, PageSource.ofSystem());
  }

  MemoryPool(long limit, PageSource pages) {
    this.limit = checkLimit(limit);
    this.pages = pages;
  }

  /**
   * The pool of the process.
   *
   * @throws IllegalArgumentException if {@code -Dchagres.memory.limit} is set to something that is not a size
   */
  public static MemoryPool system() {
    MemoryPool pool = system;
    return pool != null ? pool : makeSystem();
  }

  private static synchronized MemoryPool makeSystem() {
    if (system == null) {
      String option = System.getProperty(LIMIT_OPTION);
      system = new MemoryPool(option == null ? Long.MAX_VALUE : Sizes.parse(option, "-D" + LIMIT_OPTION));
    }
    return system;
  }

  /**
   * Takes memory, its contents undefined.
   *
   * @param bytes how many; 0 gives a block with an empty segment
   * @param maker whose {@code toString} names the block in messages, such as {@code "conv2d [128, 32, 32,
   *     32]"}; kept as long as the block is live
   * @throws IllegalArgumentException if {@code bytes} is negative
   * @throws OutOfNativeMemoryException if the limit or the system forbids it, after all that could be freed was
   */
  public Block allocate(long bytes, Object maker) {
    return allocate(bytes, ALIGNMENT, maker);
  }

  Block allocate(long bytes, long alignment, Object maker) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: expected 0 or more, got " + bytes + " for " + maker);
    }
    Block block = bytes > MOST ? null : attempt(bytes, alignment, maker);
    for (int i = 0; block == null && bytes <= MOST && i < RECLAIM_WAITS && awaitReclaim(i); i++) {
      block = attempt(bytes, alignment, maker);
    }
    if (block == null && bytes <= MOST) {
      block = attempt(bytes, alignment, maker); // the last owner may have been collected since the attempt before
    }
    if (block == null) {
      throw new OutOfNativeMemoryException(OutOfMemoryReport.of(this, bytes, maker));
    }
    return block;
  }

  /** What the pool holds now. */
  public Stats stats() {
    lock.lock();
    try {
      return new Stats(live, peak, reserved - live, reserved, blocks, pages.calls(), pages.hugePages());
    } finally {
      lock.unlock();
    }
  }

  /** Lets {@link Stats#peakLiveBytes} count from now on. */
  public void resetPeak() {
    lock.lock();
    try {
      peak = live;
    } finally {
      lock.unlock();
    }
  }

  /** The most bytes the pool may reserve; {@link Long#MAX_VALUE} if there is no limit. */
  public long limit() {
    lock.lock();
    try {
      return limit;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sets the most bytes the pool may reserve; it reserves in steps of 2 MiB. What is live stays live even if
   * that is more; free memory above the limit is handed back at once.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public void setLimit(long bytes) {
    checkLimit(bytes);
    lock.lock();
    try {
      limit = bytes;
      if (reserved > limit) {
        reserved -= heap.trim(reserved - limit, pages);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Hands the physical memory of all free huge pages back to the system; returns how many bytes. */
  public long trim() {
    lock.lock();
    try {
      long trimmed = heap.trim(Long.MAX_VALUE, pages);
      reserved -= trimmed;
      return trimmed;
    } finally {
      lock.unlock();
    }
  }

  boolean release(Block block) {
    lock.lock();
    try {
      Range range = block.retire();
      if (range == null) {
        return false;
      }
      live -= range.size;
      blocks--;
      if (block.hasNet()) {
        reclaimable--;
      }
      heap.give(range);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Registers a net under a live block; false if it is freed. */
  boolean guard(Block block, Object owner) {
    lock.lock();
    try {
      if (block.isFreed()) {
        return false;
      }
      block.setNet(Reclaimer.register(owner, block));
      reclaimable++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The largest live blocks, largest first. */
  Block[] largest(int count) {
    lock.lock();
    try {
      var best = new PriorityQueue<Block>(Comparator.comparingLong(Block::bytes));
      for (Range r = heap.lowest(); r != null; r = r.higher) {
        if (r.block != null) {
          best.add(r.block);
          if (best.size() > count) {
            best.poll();
          }
        }
      }
      return best.stream().sorted(Comparator.comparingLong(Block::bytes).reversed()).toArray(Block[]::new);
    } finally {
      lock.unlock();
    }
  }

  private Block attempt(long bytes, long alignment, Object maker) {
    long size = -(-Math.max(bytes, 1) & -ALIGNMENT);
    lock.lock();
    try {
      Range range = heap.take(size, alignment, ALIGNMENT);
      if (range == null && grow(size + alignment - ALIGNMENT)) {
        range = heap.take(size, alignment, ALIGNMENT);
      }
      if (range == null) {
        return null;
      }
      Block block = new Block(this, range, bytes, maker);
      range.block = block;
      live += size;
      peak = Math.max(peak, live);
      blocks++;
      return block;
    } finally {
      lock.unlock();
    }
  }

  /** Makes a free range of at least {@code size} bytes, by a whole slab if that may be, else by what is needed. */
  private boolean grow(long size) {
    long least = -(-size & -RangeHeap.HUGE);
    if (least > limit) {
      return false;
    }
    if (reserved > limit - least) {
      reserved -= heap.trim(reserved + least - limit, pages);
      if (reserved > limit - least) {
        return false;
      }
    }
    boolean bySlab = size <= LARGE && reserved <= limit - SLAB;
    if (warmUp(least) || (bySlab && extend(SLAB)) || extend(least)) {
      return true;
    }
    // The system is out of memory or addresses: what we do not use may be all it lacks.
    reserved -= heap.trim(Long.MAX_VALUE, pages);
    return warmUp(least) || extend(least);
  }

  private boolean extend(long size) {
    long address = pages.map(size);
    if (address == 0) {
      return false;
    }
    heap.add(address, size);
    reserved += size;
    return true;
  }

  private boolean warmUp(long size) {
    if (!heap.warmUp(size)) {
      return false;
    }
    reserved += size;
    return true;
  }

  /** Gives blocks whose owners are garbage the time to come back; false if there is nothing to wait for. */
  private boolean awaitReclaim(int attempt) {
    lock.lock();
    try {
      if (reclaimable == 0) {
        return false;
      }
    } finally {
      lock.unlock();
    }
    if (attempt == 0) {
      return Reclaimer.collect();
    }
    try {
      Thread.sleep(RECLAIM_WAIT_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static long checkLimit(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("limit: expected 0 or more bytes, got " + bytes);
    }
    return bytes;
  }
}
