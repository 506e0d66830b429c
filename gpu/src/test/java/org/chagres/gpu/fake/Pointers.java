package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.ADDRESS_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the caller points at, in host memory. */
final class Pointers {

  private static final Map<String, MemorySegment> TEXTS = new ConcurrentHashMap<>();

  private Pointers() {}

  static MemorySegment at(MemorySegment pointer) {
    if (pointer.address() == 0) {
      throw Refusal.value("a null pointer was passed");
    }
    return pointer.reinterpret(Long.MAX_VALUE);
  }

  static void putInt(MemorySegment pointer, int value) {
    at(pointer).set(JAVA_INT_UNALIGNED, 0, value);
  }

  static void putLong(MemorySegment pointer, long value) {
    at(pointer).set(JAVA_LONG_UNALIGNED, 0, value);
  }

  static void putFloat(MemorySegment pointer, float value) {
    at(pointer).set(JAVA_FLOAT_UNALIGNED, 0, value);
  }

  static void putPointer(MemorySegment pointer, MemorySegment value) {
    at(pointer).set(ADDRESS_UNALIGNED, 0, value);
  }

  static int getInt(MemorySegment pointer) {
    return at(pointer).get(JAVA_INT_UNALIGNED, 0);
  }

  static long getLong(MemorySegment pointer) {
    return at(pointer).get(JAVA_LONG_UNALIGNED, 0);
  }

  static float getFloat(MemorySegment pointer) {
    return at(pointer).get(JAVA_FLOAT_UNALIGNED, 0);
  }

  static MemorySegment getPointer(MemorySegment pointer, long index) {
    return at(pointer).get(ADDRESS_UNALIGNED, index * ADDRESS_UNALIGNED.byteSize());
  }

  static String getText(MemorySegment pointer) {
    return at(pointer).getString(0);
  }

  /** A text that lives as long as the process, as those of the libraries do. */
  static MemorySegment text(String text) {
    return TEXTS.computeIfAbsent(text, Arena.global()::allocateFrom);
  }
}
