package org.chagres.simd.memory;

/** No more native memory: the limit is reached or the machine has none. The message lists the largest live blocks. */
public final class OutOfNativeMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message. */
  public OutOfNativeMemoryException(String message) {
    super(message);
  }
}
