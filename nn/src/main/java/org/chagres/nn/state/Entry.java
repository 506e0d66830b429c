package org.chagres.nn.state;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.chagres.simd.shape.DType;

/**
 * A named array of a file: what it is called, its element type and shape, and where its elements lie, row by row and
 * little endian.
 *
 * <p>The data of an entry that was read is a read-only slice of the mapped file. It starts wherever the file says, so
 * it may be unaligned: read it with the unaligned layouts. It stays valid for as long as it is reachable.
 */
public final class Entry {
  private static final ValueLayout.OfShort LE_SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble LE_DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED
      .withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final StoredType type;
  private final long[] shape;
  private final MemorySegment data;

  /**
   * An array.
   *
   * @param name its name, as in a state dict
   * @param type its element type
   * @param shape its shape; empty for a scalar
   * @param data its elements: exactly as many bytes as type and shape take, on or off the heap
   * @throws IllegalArgumentException if a dimension is negative, the size overflows, or the data is of another size
   */
  public Entry(String name, StoredType type, long[] shape, MemorySegment data) {
    this.name = name;
    this.type = type;
    this.shape = shape.clone();
    this.data = data;
    for (long d : this.shape) {
      if (d < 0) {
        throw new IllegalArgumentException(name + ": negative dimension in " + Arrays.toString(shape));
      }
    }
    long bytes;
    try {
      bytes = bytes(type, this.shape);
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException(name + ": the size of " + type + " " + Arrays.toString(shape) + " overflows");
    }
    if (data.byteSize() != bytes) {
      throw new IllegalArgumentException(name + ": " + type + " " + Arrays.toString(shape) + " takes " + bytes
          + " bytes, got " + data.byteSize());
    }
  }

  /** As the constructor, with a tensor's element type. */
  public static Entry of(String name, DType dtype, long[] shape, MemorySegment data) {
    return new Entry(name, StoredType.of(dtype), shape, data);
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** The element type. */
  public StoredType type() {
    return type;
  }

  /** The shape, a copy; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** The elements. */
  public MemorySegment data() {
    return data;
  }

  /** The number of elements. */
  public long elements() {
    return data.byteSize() / type.bytes();
  }

  /**
   * The same array as 32-bit floats: this entry itself if it is {@link StoredType#F32}, else a copy off the heap. F16
   * and BF16 convert exactly; F64 is rounded to the nearest.
   *
   * @throws IllegalArgumentException if the type is not a float type
   */
  public Entry toFloat32() {
    if (type == StoredType.F32) {
      return this;
    }
    if (!type.isFloat()) {
      throw new IllegalArgumentException(name + ": " + type + " does not convert to F32");
    }
    long n = elements();
    MemorySegment out = Arena.ofAuto().allocate(Math.multiplyExact(n, 4L), 64);
    for (long i = 0; i < n; i++) {
      out.setAtIndex(JAVA_FLOAT, i, switch (type) {
        case F16 -> Float.float16ToFloat(data.get(LE_SHORT, 2 * i));
        case BF16 -> Float.intBitsToFloat(data.get(LE_SHORT, 2 * i) << 16);
        default -> (float) data.get(LE_DOUBLE, 8 * i);
      });
    }
    return new Entry(name, StoredType.F32, shape, out);
  }

  @Override
  public String toString() {
    return name + " " + type + " " + Arrays.toString(shape);
  }

  /**
   * The bytes that an array takes.
   *
   * @throws ArithmeticException if they do not fit a {@code long}
   */
  static long bytes(StoredType type, long[] shape) {
    long elements = 1;
    for (long d : shape) {
      elements = Math.multiplyExact(elements, d);
    }
    return Math.multiplyExact(elements, (long) type.bytes());
  }
}
