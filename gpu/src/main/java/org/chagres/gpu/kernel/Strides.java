package org.chagres.gpu.kernel;

import java.util.Arrays;

/**
 * Operands read with strides of their own while the result is dense, row-major.
 *
 * @param dims sizes, outermost first; 1 to {@link #MAX_RANK}
 * @param strides per operand, per dimension, in elements, 0 or more; 0 repeats
 */
public record Strides(long[] dims, long[][] strides) {

  /** Most dimensions; those that all operands run through as one count as one if the caller joined them. */
  public static final int MAX_RANK = 16;

  /** Checks the numbers. */
  public Strides {
    if (dims.length < 1 || dims.length > MAX_RANK) {
      throw new IllegalArgumentException(
          "strides: a device takes 1 to " + MAX_RANK + " dimensions that cannot be joined, got "
              + Arrays.toString(dims));
    }
    for (long d : dims) {
      Launches.atLeast(0, d, "strides: size");
    }
    for (long[] s : strides) {
      if (s.length != dims.length) {
        throw new IllegalArgumentException(
            "strides: expected one for each size of " + Arrays.toString(dims) + ", got " + Arrays.toString(s));
      }
      for (long step : s) {
        Launches.atLeast(0, step, "strides: stride");
      }
    }
  }

  /** Elements of the result. */
  public long count() {
    long n = 1;
    for (long d : dims) {
      n = Math.multiplyExact(n, d);
    }
    return n;
  }

  /** Elements that an operand spans, from its first to its last. */
  public long span(int operand) {
    long last = 0;
    for (int d = 0; d < dims.length; d++) {
      if (dims[d] == 0) {
        return 0;
      }
      last = Math.addExact(last, Math.multiplyExact(dims[d] - 1, strides[operand][d]));
    }
    return last + 1;
  }

  /** Checks the number of operands. */
  Strides of(int operands) {
    if (strides.length != operands) {
      throw new IllegalArgumentException("strides: expected " + operands + " operands, got " + strides.length);
    }
    return this;
  }

  void write(Arguments a) {
    long largest = count();
    for (int o = 0; o < strides.length; o++) {
      largest = Math.max(largest, span(o));
    }
    a.i64(count()).i64(largest <= Integer.MAX_VALUE).i64(dims.length).longs(dims, MAX_RANK);
    for (long[] s : strides) {
      a.longs(s, MAX_RANK);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Strides s && Arrays.equals(dims, s.dims) && Arrays.deepEquals(strides, s.strides);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(dims) + Arrays.deepHashCode(strides);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims) + " strides " + Arrays.deepToString(strides);
  }
}
