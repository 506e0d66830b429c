package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.bindings.cudnn.Cudnn.*;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A descriptor of the backend API: attributes until it is finalized, then what was made of them. */
final class CudnnDescriptor implements Owned {

  /**
   * Values of an attribute.
   *
   * @param type as it was set
   * @param count how many
   * @param bytes as they were given
   * @param descriptors those that the values name, for values that are descriptors
   */
  record Value(int type, long count, MemorySegment bytes, List<CudnnDescriptor> descriptors) {}

  private final int type;
  private final Map<Integer, Value> values = new HashMap<>();
  private boolean finished;
  private Object result = "";

  CudnnDescriptor(int type) {
    this.type = type;
  }

  @Override
  public String kind() {
    return "descriptor of cuDNN";
  }

  int type() {
    return type;
  }

  boolean isFinished() {
    return finished;
  }

  /** With what it stands for. */
  void finish(Object made) {
    result = made;
    finished = true;
  }

  /** What a finalized one stands for. */
  <T> T as(Class<T> wanted) {
    if (!wanted.isInstance(result)) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE(),
          "expected a finalized " + wanted.getSimpleName() + ", got descriptor type " + type);
    }
    return wanted.cast(result);
  }

  void set(int attribute, Value value) {
    values.put(attribute, value);
  }

  boolean has(int attribute) {
    return values.containsKey(attribute);
  }

  Value value(int attribute) {
    Value value = values.get(attribute);
    if (value == null) {
      throw new Refusal(CUDNN_STATUS_BAD_PARAM(), "descriptor type " + type + " lacks attribute " + attribute);
    }
    return value;
  }

  long[] longs(int attribute) {
    return value(attribute).bytes().toArray(JAVA_LONG_UNALIGNED);
  }

  long number(int attribute) {
    return value(attribute).bytes().get(JAVA_LONG_UNALIGNED, 0);
  }

  int choice(int attribute) {
    return value(attribute).bytes().get(JAVA_INT_UNALIGNED, 0);
  }

  boolean flag(int attribute) {
    return has(attribute) && value(attribute).bytes().get(JAVA_BYTE, 0) != 0;
  }

  /** A factor, set as float or double. */
  double factor(int attribute, double otherwise) {
    if (!has(attribute)) {
      return otherwise;
    }
    Value value = value(attribute);
    return value.type() == CUDNN_TYPE_DOUBLE() ? value.bytes().get(JAVA_DOUBLE_UNALIGNED, 0)
        : value.bytes().get(JAVA_FLOAT_UNALIGNED, 0);
  }

  List<CudnnDescriptor> descriptors(int attribute) {
    return value(attribute).descriptors();
  }

  <T> T descriptor(int attribute, Class<T> wanted) {
    return descriptors(attribute).getFirst().as(wanted);
  }
}
