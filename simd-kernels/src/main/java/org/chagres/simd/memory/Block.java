package org.chagres.simd.memory;

import java.lang.foreign.MemorySegment;

/** Stand-in until the pool lands. */
public final class Block {
  private MemorySegment segment;

  Block(MemorySegment s) {
    segment = s;
  }

  public MemorySegment segment() {
    return segment;
  }

  public void free() {}
}
