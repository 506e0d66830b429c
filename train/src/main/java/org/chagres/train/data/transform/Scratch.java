package org.chagres.train.data.transform;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A worker's scratch memory: as it grows it is replaced, and stays at the size of the largest image. */
final class Scratch {
  /** A resize needs a source, a middle and a result. */
  private final MemorySegment[] floats = {MemorySegment.NULL, MemorySegment.NULL, MemorySegment.NULL};

  private MemorySegment bytes = MemorySegment.NULL;

  /** At least so many bytes. */
  MemorySegment bytes(long size) {
    if (bytes.byteSize() < size) {
      bytes = Arena.ofAuto().allocate(size, 64);
    }
    return bytes;
  }

  /** The address of at least so many floats, in none of the buffers that begin at the given addresses. */
  long floats(long count, long inUse, long alsoInUse) {
    for (int i = 0; i < floats.length; i++) {
      long address = floats[i].address();
      if (address == 0 || (address != inUse && address != alsoInUse)) {
        if (floats[i].byteSize() < 4 * count) {
          floats[i] = Arena.ofAuto().allocate(4 * count, 64);
        }
        return floats[i].address();
      }
    }
    throw new IllegalStateException("no scratch buffer is free");
  }

  /** Whether a buffer begins at the address. */
  boolean owns(long address) {
    for (MemorySegment f : floats) {
      if (f.address() == address && f.byteSize() > 0) {
        return true;
      }
    }
    return false;
  }
}
