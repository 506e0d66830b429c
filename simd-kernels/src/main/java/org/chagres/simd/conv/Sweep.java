package org.chagres.simd.conv;

/** A kernel over one part of a pass; its chunks are independent of one another. */
interface Sweep {

  /** How many chunks, by shape alone. */
  int chunks();

  /** Scratch bytes of a chunk. */
  long localBytes();

  /** Does a chunk with its scratch. */
  void run(int chunk, long local);
}
