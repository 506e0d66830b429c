package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A kernel's parameter, a struct that is written member by member as C lays it out: each at a multiple of its size. One
 * object serves all launches of a family, so that a launch allocates nothing.
 */
public final class Arguments {

  private static final int CAPACITY = 1024;

  private final MemorySegment memory = Arena.ofAuto().allocate(CAPACITY, 16);
  private int end;

  Arguments() {}

  /** The struct's memory, as long as the longest. */
  public MemorySegment segment() {
    return memory;
  }

  /** The struct's size. */
  public int bytes() {
    return end + 7 & -8;
  }

  Arguments clear() {
    end = 0;
    return this;
  }

  Arguments i64(long value) {
    end = end + 7 & -8;
    memory.set(JAVA_LONG, end, value);
    end += 8;
    return this;
  }

  Arguments i64(boolean value) {
    return i64(value ? 1 : 0);
  }

  Arguments f64(double value) {
    end = end + 7 & -8;
    memory.set(JAVA_DOUBLE, end, value);
    end += 8;
    return this;
  }

  Arguments i32(int value) {
    memory.set(JAVA_INT, end, value);
    end += 4;
    return this;
  }

  Arguments f32(float value) {
    memory.set(JAVA_FLOAT, end, value);
    end += 4;
    return this;
  }

  /** An array member of which only the first elements count. */
  Arguments longs(long[] values, int capacity) {
    int next = (end + 7 & -8) + 8 * capacity;
    for (long v : values) {
      i64(v);
    }
    end = next;
    return this;
  }

  Arguments floats(float[] values, int capacity) {
    int next = end + 4 * capacity;
    for (float v : values) {
      f32(v);
    }
    end = next;
    return this;
  }

  /** The address of device memory of at least so many bytes. */
  Arguments at(MemorySegment memory, long bytes, String name) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException(name + ": expected memory of the device, got a segment on the heap");
    }
    if (memory.byteSize() < bytes) {
      throw new IllegalArgumentException(name + ": expected at least " + bytes + " bytes, got " + memory.byteSize());
    }
    if (!memory.scope().isAlive()) {
      throw new IllegalStateException(name + ": its memory has been closed");
    }
    return i64(memory.address());
  }

  /** As {@link #at}, or null where it is left out. */
  Arguments optional(MemorySegment memory, long bytes, String name) {
    return isNull(memory) ? i64(0) : at(memory, bytes, name);
  }

  Arguments nothing() {
    return i64(0);
  }

  static boolean isNull(MemorySegment memory) {
    return memory.address() == 0 && memory.isNative();
  }

  /** Whether an address is fit for loads of 16 bytes; that of what is left out is. */
  static boolean isWide(MemorySegment memory) {
    return (memory.address() & 15) == 0;
  }
}
