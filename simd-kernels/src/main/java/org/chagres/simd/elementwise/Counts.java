package org.chagres.simd.elementwise;

import org.chagres.simd.shape.Strided;

/** Checks of counts and strides at the entries. */
final class Counts {

  private Counts() {}

  /** Bytes of a number of elements. */
  static long bytes(long count, int size) {
    if (count < 0 || count > Long.MAX_VALUE / 64) {
      throw new IllegalArgumentException("count: expected 0 or more elements, got " + count);
    }
    return count * size;
  }

  /** The least of some numbers; called for every op, so no stream. */
  private static long least(long[] values) {
    long least = Long.MAX_VALUE;
    for (long v : values) {
      least = Math.min(least, v);
    }
    return least;
  }

  /** Checks a geometry for a number of operands and returns its elements. */
  static long elements(Strided shape, int operands, String what) {
    if (shape.dims().length == 0 || shape.strides().length != operands) {
      throw new IllegalArgumentException(what + ": expected strides of " + operands + " operands, got " + shape);
    }
    for (long[] s : shape.strides()) {
      if (s.length != shape.dims().length || least(s) < 0) {
        throw new IllegalArgumentException(what + ": expected a stride of 0 or more for each size, got " + shape);
      }
    }
    if (least(shape.dims()) < 0) {
      throw new IllegalArgumentException(what + ": expected sizes of 0 or more, got " + shape);
    }
    if (least(shape.dims()) == 0) {
      return 0;
    }
    try {
      long n = shape.count();
      bytes(n, 1);
      return n;
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(what + ": too many elements in " + shape, e);
    }
  }

  /** Bytes that an operand spans. */
  static long spanBytes(Strided shape, int operand, int size) {
    long last = 0;
    try {
      for (int d = 0; d < shape.dims().length; d++) {
        if (shape.dims()[d] == 0) {
          return 0;
        }
        last = Math.addExact(last, Math.multiplyExact(shape.dims()[d] - 1, shape.strides()[operand][d]));
      }
      return Math.multiplyExact(last + 1, size);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("operand " + operand + ": too many elements in " + shape, e);
    }
  }
}
