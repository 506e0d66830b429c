package org.chagres.bindings;

/**
 * A call to one of CUDA's libraries that returned an error. Subclasses tell apart what a caller may want to tell apart.
 */
public class NativeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int code;
  private final String name;

  /**
   * An error.
   *
   * @param call   the function, such as {@code cudaMalloc}, and what it was called for
   * @param code   what it returned
   * @param name   the code's name, such as {@code cudaErrorMemoryAllocation}
   * @param detail what the library says about it; may be empty
   */
  public NativeException(String call, int code, String name, String detail) {
    super(call + " failed: " + name + " (" + code + ")" + (detail.isEmpty() ? "" : ": " + detail));
    this.call = call;
    this.code = code;
    this.name = name;
  }

  /** The function, and what it was called for. */
  public String call() {
    return call;
  }

  /** What the function returned. */
  public int code() {
    return code;
  }

  /** The code's name. */
  public String name() {
    return name;
  }
}
