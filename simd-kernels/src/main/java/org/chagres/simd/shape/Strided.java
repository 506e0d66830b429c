package org.chagres.simd.shape;

import java.util.Arrays;

/**
 * Operands read with strides of their own while the result is written densely: broadcasting, permuted views, slices.
 *
 * <p>The result runs through {@code dims} row-major, the last dimension fastest. Operand {@code o} moves {@code
 * strides[o][d]} elements for a step in dimension {@code d}; 0 repeats it. {@link #of} drops dimensions of size 1 and joins
 * dimensions that all operands run through as one, so that equal dense operands end as a single dimension with strides of 1.
 *
 * @param dims sizes, outermost first; at least one
 * @param strides per operand, per dimension, in elements; 0 or more
 */
public record Strided(long[] dims, long[][] strides) {

  /** Simplified geometry for the operands. */
  public static Strided of(long[] dims, long[]... strides) {
    int operands = strides.length;
    long[] d = new long[Math.max(1, dims.length)];
    long[][] s = new long[operands][d.length];
    int rank = 0;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] < 0) {
        throw new IllegalArgumentException("sizes: expected 0 or more, got " + Arrays.toString(dims));
      }
      if (dims[i] == 1) {
        continue;
      }
      boolean joins = rank > 0;
      for (int o = 0; joins && o < operands; o++) {
        joins = s[o][rank - 1] == strides[o][i] * dims[i];
      }
      if (joins) {
        d[rank - 1] *= dims[i];
        for (int o = 0; o < operands; o++) {
          s[o][rank - 1] = strides[o][i];
        }
      } else {
        d[rank] = dims[i];
        for (int o = 0; o < operands; o++) {
          s[o][rank] = strides[o][i];
        }
        rank++;
      }
    }
    if (rank == 0) {
      d[0] = 1;
      for (int o = 0; o < operands; o++) {
        s[o][0] = 1;
      }
      rank = 1;
    }
    long[][] cut = new long[operands][];
    for (int o = 0; o < operands; o++) {
      cut[o] = Arrays.copyOf(s[o], rank);
    }
    return new Strided(Arrays.copyOf(d, rank), cut);
  }

  /** Dense operands of equal size. */
  public static Strided dense(long count, int operands) {
    long[][] s = new long[operands][];
    Arrays.fill(s, new long[] {1});
    return new Strided(new long[] {count}, s);
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
      last += (dims[d] - 1) * strides[operand][d];
    }
    return last + 1;
  }

  /** Whether every operand runs densely, element for element with the result. */
  public boolean isDense() {
    if (dims.length != 1) {
      return false;
    }
    for (long[] s : strides) {
      if (s[0] != 1) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Strided s && Arrays.equals(dims, s.dims) && Arrays.deepEquals(strides, s.strides);
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
