package org.chagres.nn.tensor;

import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.memory.Stats;

/** The memory that tensors live in, all of a device together; the host's where no device is named. */
public final class Memory {

  private Memory() {}

  /** Live, peak, pooled and reserved bytes, and how often the operating system was asked. */
  public static Stats stats() {
    return MemoryPool.system().stats();
  }

  /** As {@link #stats()}, of a device. */
  public static Stats stats(Device device) {
    return device.backend().memory().stats();
  }

  /** As {@link #limit(long)}, of a device. */
  public static void limit(Device device, long bytes) {
    device.backend().memory().limit(bytes);
  }

  /**
   * Limits the memory that may be reserved, in bytes. At the limit a new tensor is refused with a message that names the largest
   * live ones; {@code -Dchagres.memory.limit=4g} sets it at start.
   */
  public static void limit(long bytes) {
    MemoryPool.system().setLimit(bytes);
  }
}
