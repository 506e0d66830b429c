package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;

/** A piece of a device's memory that {@link MemoryOps#allocate} handed out; it goes back once. */
public interface DeviceMemory {

  /**
   * The memory, as long as asked for. A GPU's stands for an address and a size: to read or write it from Java throws.
   *
   * @throws IllegalStateException if it was given back
   */
  MemorySegment segment();

  /**
   * Gives it back; what a device was told to do with it before still finds it.
   *
   * @throws IllegalStateException if it was given back before
   */
  void free();

  /**
   * Gives it back once an object is unreachable, unless it was before.
   *
   * @param owner does not refer to this memory's maker, nor the other way round
   */
  void reclaimWhenUnreachable(Object owner);
}
