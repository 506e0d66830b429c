package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Stats;

/** Memory of a device. */
public interface MemoryOps {

  /**
   * Takes a block from the device's pool; its contents are not defined.
   *
   * @param bytes size
   * @param maker what it is for; {@code toString} is asked only for a message
   * @throws org.chagres.simd.memory.OutOfNativeMemoryException if the limit or the device has no more
   */
  DeviceMemory allocate(long bytes, Object maker);

  /** What the pool holds now. */
  Stats stats();

  /** Limits what the pool may take, in bytes. */
  void limit(long bytes);

  /** Sets all bytes to 0. */
  void zero(MemorySegment target, long bytes);

  /** Copies within the device. */
  void copy(MemorySegment from, MemorySegment to, long bytes);

  /** Copies from the host. */
  void upload(MemorySegment host, MemorySegment device, long bytes);

  /** Copies to the host, and waits for it. */
  void download(MemorySegment device, MemorySegment host, long bytes);
}
