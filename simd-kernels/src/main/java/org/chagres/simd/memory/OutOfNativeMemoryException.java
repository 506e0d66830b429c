package org.chagres.simd.memory;

/**
 * No more native memory: the pool's limit is reached or the machine has none. The message says what was asked
 * for and by whom, and lists the largest live blocks. Nothing is lost: what was live stays live, and the pool
 * goes on working.
 */
public final class OutOfNativeMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message. */
  public OutOfNativeMemoryException(String message) {
    super(message);
  }
}
