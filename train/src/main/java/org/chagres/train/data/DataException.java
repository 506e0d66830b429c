package org.chagres.train.data;

/**
 * Data that cannot be read: a file that is missing, cut short or corrupt, a label out of range, a sample that a data
 * set failed to produce. The message names the file or the sample, what was expected and what was found.
 */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An error of its own.
   *
   * @param message what was expected, where, and what was found
   */
  public DataException(String message) {
    super(message);
  }

  /**
   * An error caused by another.
   *
   * @param message what was expected, where, and what was found
   * @param cause the error below
   */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
