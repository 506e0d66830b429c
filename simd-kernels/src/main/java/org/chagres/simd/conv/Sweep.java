package org.chagres.simd.conv;

/** A kernel over one part of a pass, planned for its shape alone; its chunks are independent of one another. */
interface Sweep {

  /** How many chunks, by shape alone. */
  int chunks();

  /** Scratch bytes of a chunk. */
  long localBytes();

  /**
   * Does a chunk.
   *
   * @param chunk from 0
   * @param arguments the addresses of this call
   * @param packed the part's packed weights
   * @param local its scratch
   */
  void run(int chunk, DirectArguments arguments, long packed, long local);
}
