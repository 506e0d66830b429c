package org.chagres.simd.memory;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/**
 * A handle on memory of a {@link MemoryPool}, made anew for each allocation, so that a handle on memory that
 * was freed is always known as such, even after the memory went to somebody else.
 *
 * <p>Thread-safe.
 */
public final class Block {
  private final MemoryPool pool;
  private final long address;
  private final long bytes;
  private final Object maker;

  /** Where it lies in the pool; null once freed. Written under the pool's lock. */
  private volatile Range range;

  private MemorySegment segment;
  private volatile Cleaner.Cleanable net;

  Block(MemoryPool pool, Range range, long bytes, Object maker) {
    this.pool = pool;
    this.address = range.address;
    this.bytes = bytes;
    this.maker = maker;
    this.range = range;
  }

  /**
   * The memory, exactly as many bytes as were asked for. A segment taken earlier must not be used after
   * {@link #free}: it cannot crash the JVM, but it shows whatever lies there then.
   *
   * @throws IllegalStateException if the block is freed
   */
  public MemorySegment segment() {
    checkLive();
    MemorySegment s = segment;
    if (s == null) {
      s = Native.ALL.asSlice(address, bytes);
      segment = s;
    }
    return s;
  }

  /**
   * The first byte's address, a multiple of 64.
   *
   * @throws IllegalStateException if the block is freed
   */
  public long address() {
    checkLive();
    return address;
  }

  /** How many bytes were asked for. */
  public long bytes() {
    return bytes;
  }

  /** Who made it, as told to {@link MemoryPool#allocate}. */
  public Object maker() {
    return maker;
  }

  /** Whether the memory went back to the pool. */
  public boolean isFreed() {
    return range == null;
  }

  /**
   * Hands the memory back to the pool.
   *
   * @throws IllegalStateException if it was freed before, naming the maker: its owner has lost count
   */
  public void free() {
    if (!release()) {
      throw new IllegalStateException("freed twice: block of " + Sizes.format(bytes) + " made by " + maker);
    }
    Cleaner.Cleanable n = net;
    if (n != null) {
      n.clean();
    }
  }

  /**
   * Spreads a net under the block: once {@code owner} is unreachable the memory goes back to the pool. {@link
   * #free} stays the way to go; the net does no harm after it. Neither the block's maker nor anything it
   * refers to may be the owner.
   *
   * @param owner the object whose life the block shares
   * @throws IllegalStateException if the block is freed, or has a net
   */
  public void reclaimWhenUnreachable(Object owner) {
    checkLive();
    if (net != null) {
      throw new IllegalStateException("block made by " + maker + " has an owner already");
    }
    if (!pool.guard(this, owner)) {
      checkLive();
    }
  }

  /** Frees it if it is live; returns whether it was. */
  boolean release() {
    return pool.release(this);
  }

  /** Under the pool's lock: marks it freed; returns where it lay, or null if it was freed before. */
  Range retire() {
    Range r = range;
    range = null;
    return r;
  }

  boolean hasNet() {
    return net != null;
  }

  void setNet(Cleaner.Cleanable net) {
    this.net = net;
  }

  private void checkLive() {
    if (range == null) {
      throw new IllegalStateException("used after free: block of " + Sizes.format(bytes) + " made by " + maker);
    }
  }
}
