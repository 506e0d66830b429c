package org.chagres.simd.memory;

/** A run of bytes inside the pool's mapped memory: live, free and counted, or free and handed back to the system. */
final class Range {
  static final int LIVE = 0;
  static final int WARM = 1;
  static final int COLD = 2;

  long address;
  long size;
  int state;

  /** Neighbours in order of address; not necessarily adjacent. */
  Range lower;
  Range higher;

  /** Children in the free tree; {@code left} also links recycled ranges. */
  Range left;
  Range right;

  /** The handle, while live. */
  Block block;

  long end() {
    return address + size;
  }

  /** Whether this one ends where the other begins and both are free in the same way. */
  boolean joins(Range next) {
    return state != LIVE && state == next.state && end() == next.address;
  }
}
