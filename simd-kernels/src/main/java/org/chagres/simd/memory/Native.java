package org.chagres.simd.memory;

import java.lang.foreign.MemorySegment;

/**
 * How kernels reach memory: one constant segment over the whole address space, and {@code long} addresses.
 *
 * <p>Bounds and liveness checks on {@link #ALL} fold to nothing and the kernels stay small enough for C1, so
 * no kernel can get stuck in a slow tier. The price: every address must come from {@link #address}, which
 * checks it once at a kernel's entry.
 */
public final class Native {

  /** All of memory. Never handed to users. */
  public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /**
   * And-ing an address with this changes nothing and tells C2 that it isn't negative: only then do the bounds checks on
   * {@link #ALL} fold away, and with them a compare, a branch and a slow path for each load.
   */
  public static final long ADDRESS = Long.MAX_VALUE >> 1;

  static {
    // Some vector operations make a heap segment while they are interpreted. Were its class loaded only then, HotSpot would throw
    // away every kernel compiled before, as each counts on native segments being the only kind.
    MemorySegment.ofArray(new byte[0]);
  }

  private Native() {}

  /**
   * The address of a native segment of at least the given size.
   *
   * @param segment the argument
   * @param bytes the least size in bytes
   * @param name the argument's name, for the message
   * @return its address
   * @throws IllegalArgumentException if the segment lies on the heap or is smaller
   */
  public static long address(MemorySegment segment, long bytes, String name) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(name + ": expected off-heap memory, got a segment on the heap");
    }
    if (segment.byteSize() < bytes) {
      throw new IllegalArgumentException(name + ": expected at least " + bytes + " bytes, got " + segment.byteSize());
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException(name + ": its memory has been closed");
    }
    return segment.address();
  }

  /**
   * As {@link #address}, for an argument that may be left out by passing {@link MemorySegment#NULL}.
   *
   * @return the address, or 0 where it was left out
   */
  public static long optionalAddress(MemorySegment segment, long bytes, String name) {
    return segment.equals(MemorySegment.NULL) ? 0L : address(segment, bytes, name);
  }
}
