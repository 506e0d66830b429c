package org.chagres.gpu.emulator;

/** A source that does not compile, a kernel that is not there or cannot run to its end. */
public final class EmulatorException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With what was found. */
  public EmulatorException(String message) {
    super(message);
  }
}
