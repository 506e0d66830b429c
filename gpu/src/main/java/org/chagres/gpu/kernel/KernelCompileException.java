package org.chagres.gpu.kernel;

import org.chagres.bindings.NativeException;

/** A source that does not compile. */
public final class KernelCompileException extends NativeException {
  private static final long serialVersionUID = 1L;

  private final String log;

  KernelCompileException(String call, int code, String name, String log) {
    super(call, code, name, log);
    this.log = log;
  }

  /** The compiler's messages; may be empty. */
  public String log() {
    return log;
  }
}
