package org.chagres.simd.random;

/**
 * Where a stream of random numbers stands. Jobs look when they run, so a recorded one draws other numbers each time it is replayed:
 * whoever replays moves the stream in between.
 */
public final class Stream {

  private long seed;
  private long offset;

  /**
   * A place in a stream.
   *
   * @param seed the generator's key
   * @param offset the first counter to use
   */
  public Stream(long seed, long offset) {
    this.seed = seed;
    this.offset = offset;
  }

  /** The generator's key. */
  public long seed() {
    return seed;
  }

  /** The first counter to use. */
  public long offset() {
    return offset;
  }

  /** Moves it; no job that uses it may be running. */
  public void moveTo(long newSeed, long newOffset) {
    seed = newSeed;
    offset = newOffset;
  }

  /** Counters that a call for so many elements uses. */
  public static long counters(long count) {
    return Philox.counters(count);
  }
}
