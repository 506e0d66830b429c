package org.chagres.simd.random;

/**
 * Where a stream of random numbers stands.
 *
 * @param seed the generator's key
 * @param offset the first counter to use
 */
public record Stream(long seed, long offset) {

  /** Where the stream stands after a call for that many elements. */
  public Stream after(long count) {
    return new Stream(seed, offset + Philox.counters(count));
  }
}
