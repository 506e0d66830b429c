package org.chagres.train.loop;

/** Training cannot go on; the message says where and why. */
public final class TrainingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message. */
  public TrainingException(String message) {
    super(message);
  }
}
