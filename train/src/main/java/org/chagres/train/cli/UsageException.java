package org.chagres.train.cli;

/** The command line was called wrongly: an option's value that there is not. Ends with exit code 2. */
final class UsageException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** With a message that names the option, what was expected and what was got. */
  UsageException(String message) {
    super(message);
  }

  /** Unless it holds, an exception that names option, expectation and value. */
  static void check(boolean holds, String option, String expected, Object got) {
    if (!holds) {
      throw new UsageException(option + ": expected " + expected + ", got " + got);
    }
  }
}
