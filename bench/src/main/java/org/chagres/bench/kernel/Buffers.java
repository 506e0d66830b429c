package org.chagres.bench.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Memory for kernels to work on. */
public final class Buffers {

  private Buffers() {}

  /** So many floats, small, of both signs and none of them denormal, at a cache line. */
  public static MemorySegment floats(Arena arena, long count) {
    MemorySegment s = arena.allocate(4 * count, 64);
    for (long i = 0; i < count; i++) {
      s.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i % 7 - 3) * 0.01f);
    }
    return s;
  }
}
