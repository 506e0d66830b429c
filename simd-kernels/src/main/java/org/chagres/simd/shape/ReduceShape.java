package org.chagres.simd.shape;

/**
 * A reduction over the middle of (outer, length, inner), dense and row-major; the result is (outer, inner).
 *
 * @param outer elements before
 * @param length elements to reduce
 * @param inner elements behind
 */
public record ReduceShape(long outer, long length, long inner) {

  /** Checks the numbers. */
  public ReduceShape {
    if (outer < 0 || length < 0 || inner < 0) {
      throw new IllegalArgumentException(
          "reduction: expected sizes of 0 or more, got (" + outer + ", " + length + ", " + inner + ")");
    }
  }

  /** Elements of the input. */
  public long xCount() {
    return outer * length * inner;
  }

  /** Elements of the result. */
  public long yCount() {
    return outer * inner;
  }
}
