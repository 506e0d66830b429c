package org.chagres.gpu.kernel;

/**
 * Lines along the middle of (outer, length, inner), dense and row-major.
 *
 * @param outer elements before
 * @param length elements of a line
 * @param inner elements behind
 */
public record Lines(long outer, long length, long inner) {

  /** Checks the numbers. */
  public Lines {
    Launches.atLeast(0, outer, "outer");
    Launches.atLeast(0, length, "length");
    Launches.atLeast(0, inner, "inner");
    Math.multiplyExact(Math.multiplyExact(Math.max(1, outer), Math.max(1, length)), Math.max(1, inner));
  }

  /** All elements. */
  public long count() {
    return outer * length * inner;
  }

  /** Lines. */
  public long lines() {
    return outer * inner;
  }

  Arguments write(Arguments a) {
    return a.i64(outer).i64(length).i64(inner);
  }
}
