package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.shape.Strided;

/**
 * Memory read or written with strides: finds its rows and copies runs of its elements from and to dense memory, as
 * bits. Elements are numbered as in the dense result, the last dimension fastest; a row is a run along the last
 * dimension.
 */
final class Operand {

  /** Elements of a block that is packed for a loop over dense memory: three of them stay in the nearest cache. */
  static final int BLOCK = 1024;

  /** From here on, in bytes, the library's copy is faster than a loop. */
  private static final long LONG_RUN = 256;

  private final long[] dims;
  private final long[] strides;
  private final int size;
  private final int rank;
  private final long base;
  private final boolean dense;

  private Operand(Strided shape, int operand, int size, long base) {
    this.dims = shape.dims().clone();
    this.strides = shape.strides()[operand].clone();
    this.size = size;
    this.rank = dims.length;
    this.base = base;
    this.dense = isDense(dims, strides);
  }

  /**
   * Operand number {@code operand} of a geometry, with {@code size} bytes an element: 1, 4 or 8.
   *
   * @throws IllegalArgumentException if the segment is too small for what the strides reach
   */
  static Operand of(Strided shape, int operand, int size, MemorySegment segment, String name) {
    long bytes = Counts.spanBytes(shape, operand, size);
    return new Operand(shape, operand, size, Native.address(segment, bytes, name));
  }

  private static boolean isDense(long[] dims, long[] strides) {
    long expected = 1;
    for (int d = dims.length - 1; d >= 0; d--) {
      if (dims[d] != 1 && strides[d] != expected) {
        return false;
      }
      expected *= dims[d];
    }
    return true;
  }

  /** Whether its elements stand densely in the order of the result. */
  boolean dense() {
    return dense;
  }

  /** Elements of a row. */
  long rowLength() {
    return dims[rank - 1];
  }

  /** The stride along a row, in elements. */
  long rowStride() {
    return strides[rank - 1];
  }

  /** The address of a row's first element. */
  long row(long row) {
    long offset = 0;
    long rest = row;
    for (int d = rank - 2; d >= 0; d--) {
      long next = rest / dims[d];
      offset += (rest - next * dims[d]) * strides[d];
      rest = next;
    }
    return base + offset * size;
  }

  /** How many rows from {@code row} on follow each other by {@link #rowStep}. */
  long rowsAlong(long row) {
    return rank == 1 ? 1 : dims[rank - 2] - row % dims[rank - 2];
  }

  /** Bytes from a row to the next, as far as {@link #rowsAlong} says. */
  long rowStep() {
    return rank == 1 ? 0 : strides[rank - 2] * size;
  }

  /**
   * The address of the {@code n} elements from number {@code begin} on, densely: their own, or that of {@code
   * buffer}, packed.
   */
  long block(long begin, int n, long buffer) {
    if (dense) {
      return base + begin * size;
    }
    pack(begin, n, buffer);
    return buffer;
  }

  /** Copies the elements from number {@code begin} on to dense memory. */
  void pack(long begin, int n, long to) {
    run(begin, n, to, false);
  }

  /** Copies dense memory to the elements from number {@code begin} on. */
  void unpack(long begin, int n, long from) {
    run(begin, n, from, true);
  }

  private void run(long begin, int n, long packed, boolean unpack) {
    long row = begin / rowLength();
    long column = begin - row * rowLength();
    long along = rowStride() * size;
    long step = rowStep();
    long at = packed;
    long left = n;
    while (left > 0) {
      long rows = rowsAlong(row);
      long address = row(row) + column * along;
      for (; rows > 0 && left > 0; rows--, row++) {
        int length = (int) Math.min(rowLength() - column, left);
        if (unpack) {
          copy(at, size, address, along, length);
        } else {
          copy(address, along, at, size, length);
        }
        at += (long) length * size;
        left -= length;
        address += step - column * along;
        column = 0;
      }
    }
  }

  private void copy(long from, long fromStep, long to, long toStep, int n) {
    if (fromStep == size && toStep == size && (long) n * size >= LONG_RUN) {
      MemorySegment.copy(ALL, from, ALL, to, (long) n * size);
    } else if (size == 4) {
      for (int i = 0; i < n; i++) {
        ALL.set(JAVA_INT_UNALIGNED, to + i * toStep, ALL.get(JAVA_INT_UNALIGNED, from + i * fromStep));
      }
    } else if (size == 8) {
      for (int i = 0; i < n; i++) {
        ALL.set(JAVA_LONG_UNALIGNED, to + i * toStep, ALL.get(JAVA_LONG_UNALIGNED, from + i * fromStep));
      }
    } else {
      for (int i = 0; i < n; i++) {
        ALL.set(JAVA_BYTE, to + i * toStep, ALL.get(JAVA_BYTE, from + i * fromStep));
      }
    }
  }
}
