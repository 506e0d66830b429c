package org.chagres.simd.memory;

import java.lang.foreign.MemorySegment;

/**
 * A page-aligned block that shares its pages with nobody, if wanted locked in memory: a slot that data is
 * loaded into and that a device may read from.
 *
 * <p>Locking is best effort: where the system refuses ({@code RLIMIT_MEMLOCK} is often 8 MiB), the pages work
 * as well, and {@link #lockOutcome} says why.
 */
public final class HostPages implements AutoCloseable {
  private final Block block;
  private final MemorySegment segment;
  private final long mapped;
  private final boolean locked;
  private final String lockOutcome;

  private HostPages(Block block, long bytes, String refusal, String lockOutcome) {
    this.block = block;
    this.mapped = block.bytes();
    this.segment = block.segment().asSlice(0, bytes);
    this.locked = refusal.isEmpty();
    this.lockOutcome = lockOutcome;
  }

  /**
   * Takes pages from {@link MemoryPool#system}.
   *
   * @param bytes how many; rounded up to whole pages inside
   * @param lock whether to ask the system to keep them in memory
   * @throws IllegalArgumentException if {@code bytes} is negative
   * @throws OutOfNativeMemoryException as {@link MemoryPool#allocate}
   */
  public static HostPages allocate(long bytes, boolean lock) {
    return allocate(MemoryPool.system(), bytes, lock);
  }

  /** As {@link #allocate(long, boolean)}, from the given pool. */
  public static HostPages allocate(MemoryPool pool, long bytes, boolean lock) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: expected 0 or more, got " + bytes);
    }
    long page = PageLocks.pageBytes();
    long whole = bytes > Long.MAX_VALUE - page ? bytes : -(-Math.max(bytes, 1) & -page);
    Block block = pool.allocate(whole, page, "host pages [" + bytes + " bytes]");
    if (!lock) {
      return new HostPages(block, bytes, "not asked for", "not locked: not asked for");
    }
    String refusal = PageLocks.lock(block.address(), whole);
    return new HostPages(block, bytes, refusal, refusal.isEmpty() ? "locked" : "not locked: " + refusal);
  }

  /**
   * The memory, exactly as many bytes as were asked for.
   *
   * @throws IllegalStateException if closed
   */
  public MemorySegment segment() {
    block.address();
    return segment;
  }

  /**
   * The first byte's address, a multiple of the page size.
   *
   * @throws IllegalStateException if closed
   */
  public long address() {
    return block.address();
  }

  /** How many bytes were asked for. */
  public long bytes() {
    return segment.byteSize();
  }

  /** Whether the system keeps the pages in memory. */
  public boolean locked() {
    return locked;
  }

  /** {@code "locked"}, or {@code "not locked: "} and the reason. */
  public String lockOutcome() {
    return lockOutcome;
  }

  /**
   * Unlocks the pages and hands them back to the pool.
   *
   * @throws IllegalStateException if closed before
   */
  @Override
  public void close() {
    if (locked) {
      PageLocks.unlock(block.address(), mapped);
    }
    block.free();
  }
}
