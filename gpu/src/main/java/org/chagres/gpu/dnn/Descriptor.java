package org.chagres.gpu.dnn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.chagres.bindings.cudnn.Cudnn;

/** A descriptor of cuDNN's backend API, until closed: made, given attributes, finalized, asked. */
final class Descriptor implements AutoCloseable {

  private final String what;
  private MemorySegment handle;

  /** @param what its kind for messages, such as "tensor" */
  Descriptor(int type, String what) {
    this.what = what;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      DnnException.check(Cudnn.cudnnBackendCreateDescriptor(type, out),
          "cudnnBackendCreateDescriptor of a " + what);
      handle = out.get(ADDRESS, 0);
    }
  }

  MemorySegment handle() {
    return handle;
  }

  Descriptor set(int attribute, Descriptor... values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocate(ADDRESS, values.length);
      for (int i = 0; i < values.length; i++) {
        array.setAtIndex(ADDRESS, i, values[i].handle);
      }
      return set(attribute, Cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR(), values.length, array);
    }
  }

  Descriptor setLongs(int attribute, long... values) {
    try (Arena arena = Arena.ofConfined()) {
      return set(attribute, Cudnn.CUDNN_TYPE_INT64(), values.length, arena.allocateFrom(JAVA_LONG, values));
    }
  }

  /** A value of one of C's enums, whose type among the attributes' is given. */
  Descriptor setEnum(int attribute, int type, int value) {
    try (Arena arena = Arena.ofConfined()) {
      return set(attribute, type, 1, arena.allocateFrom(JAVA_INT, value));
    }
  }

  Descriptor setFloat(int attribute, float value) {
    try (Arena arena = Arena.ofConfined()) {
      return set(attribute, Cudnn.CUDNN_TYPE_FLOAT(), 1, arena.allocateFrom(JAVA_FLOAT, value));
    }
  }

  Descriptor setBoolean(int attribute, boolean value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment flag = arena.allocate(JAVA_BOOLEAN);
      flag.set(JAVA_BOOLEAN, 0, value);
      return set(attribute, Cudnn.CUDNN_TYPE_BOOLEAN(), 1, flag);
    }
  }

  Descriptor setHandle(int attribute, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      return set(attribute, Cudnn.CUDNN_TYPE_HANDLE(), 1, arena.allocateFrom(ADDRESS, value));
    }
  }

  Descriptor setPointers(int attribute, MemorySegment... values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocate(ADDRESS, values.length);
      for (int i = 0; i < values.length; i++) {
        array.setAtIndex(ADDRESS, i, values[i]);
      }
      return set(attribute, Cudnn.CUDNN_TYPE_VOID_PTR(), values.length, array);
    }
  }

  Descriptor setText(int attribute, String value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(value);
      return set(attribute, Cudnn.CUDNN_TYPE_CHAR(), text.byteSize(), text);
    }
  }

  private Descriptor set(int attribute, int type, long count, MemorySegment values) {
    int status = Cudnn.cudnnBackendSetAttribute(handle, attribute, type, count, values);
    if (status != 0) {
      throw DnnException.of(status, "cudnnBackendSetAttribute " + attribute + " of a " + what);
    }
    return this;
  }

  Descriptor finish() {
    int status = tryFinish();
    if (status != 0) {
      throw DnnException.of(status, "cudnnBackendFinalize of a " + what);
    }
    return this;
  }

  /** The status: an engine that turns out not to do is no error. */
  int tryFinish() {
    return Cudnn.cudnnBackendFinalize(handle);
  }

  /** How many values an attribute has. */
  long count(int attribute, int type) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      get(attribute, type, 0, count, MemorySegment.NULL);
      return count.get(JAVA_LONG, 0);
    }
  }

  long getLong(int attribute) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_LONG);
      get(attribute, Cudnn.CUDNN_TYPE_INT64(), 1, arena.allocate(JAVA_LONG), value);
      return value.get(JAVA_LONG, 0);
    }
  }

  int[] getEnums(int attribute, int type, int most) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      MemorySegment values = arena.allocate(JAVA_INT, most);
      get(attribute, type, most, count, values);
      return values.asSlice(0, Integer.BYTES * Math.min(most, count.get(JAVA_LONG, 0))).toArray(JAVA_INT);
    }
  }

  /**
   * Lets cuDNN write into descriptors that were made for it.
   *
   * @return how many it wrote
   */
  int getInto(int attribute, Descriptor... values) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocate(ADDRESS, values.length);
      for (int i = 0; i < values.length; i++) {
        array.setAtIndex(ADDRESS, i, values[i].handle);
      }
      MemorySegment count = arena.allocate(JAVA_LONG);
      get(attribute, Cudnn.CUDNN_TYPE_BACKEND_DESCRIPTOR(), values.length, count, array);
      return (int) Math.min(values.length, count.get(JAVA_LONG, 0));
    }
  }

  private void get(int attribute, int type, long most, MemorySegment count, MemorySegment values) {
    int status = Cudnn.cudnnBackendGetAttribute(handle, attribute, type, most, count, values);
    if (status != 0) {
      throw DnnException.of(status, "cudnnBackendGetAttribute " + attribute + " of a " + what);
    }
  }

  @Override
  public void close() {
    if (handle.address() != 0) {
      int unused = Cudnn.cudnnBackendDestroyDescriptor(handle);
      handle = MemorySegment.NULL;
    }
  }
}
