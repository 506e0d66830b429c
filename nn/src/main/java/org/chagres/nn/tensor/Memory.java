package org.chagres.nn.tensor;

import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.memory.Stats;

/** The host memory that tensors live in, all together. */
public final class Memory {

  private Memory() {}

  /** Live, peak, pooled and reserved bytes, and how often the operating system was asked. */
  public static Stats stats() {
    return MemoryPool.system().stats();
  }

  /**
   * Limits the memory that may be reserved, in bytes. At the limit a new tensor is refused with a message that names the largest
   * live ones; {@code -Dchagres.memory.limit=4g} sets it at start.
   */
  public static void limit(long bytes) {
    MemoryPool.system().setLimit(bytes);
  }
}
