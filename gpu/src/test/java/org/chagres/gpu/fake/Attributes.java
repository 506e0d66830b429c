package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Attributes of an opaque descriptor of cuBLASLt: bytes by number. */
final class Attributes implements Owned {

  private final String kind;
  private final Map<Integer, byte[]> values = new HashMap<>();

  Attributes(String kind) {
    this.kind = kind;
  }

  @Override
  public String kind() {
    return kind;
  }

  void set(int attribute, MemorySegment value, long bytes) {
    values.put(attribute, Pointers.at(value).reinterpret(bytes).toArray(JAVA_BYTE));
  }

  void set(int attribute, long value) {
    values.put(attribute, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(value).array());
  }

  /** An integer of whatever size it was set with. */
  long get(int attribute, long otherwise) {
    byte[] bytes = values.get(attribute);
    if (bytes == null) {
      return otherwise;
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    return switch (bytes.length) {
      case Integer.BYTES -> buffer.getInt();
      case Long.BYTES -> buffer.getLong();
      default -> throw Refusal.value("attribute " + attribute + " of a " + kind + " with " + bytes.length + " bytes");
    };
  }
}
