package org.chagres.gpu.memory;

import java.lang.foreign.MemorySegment;

/** Memory that the device gave, of one of {@link SizeClasses}' sizes; free ones of a class hang together. */
final class Chunk {

  final MemorySegment memory;
  final int sizeClass;
  Chunk next;
  boolean givenBack;

  Chunk(MemorySegment memory, int sizeClass) {
    this.memory = memory;
    this.sizeClass = sizeClass;
  }
}
