package org.chagres.gpu;

import org.chagres.bindings.NativeException;
import org.chagres.bindings.cudart.Cudart;

/** A call to the CUDA runtime that returned an error. */
public class CudaException extends NativeException {
  private static final long serialVersionUID = 1L;

  /**
   * An error; see {@link #of}.
   *
   * @param call what was called
   * @param code what it returned
   * @param detail what there is to say about it beside the code's name; may be empty
   */
  protected CudaException(String call, int code, String detail) {
    super(call, code, name(code), detail);
  }

  /** An error as the runtime describes it. */
  public static CudaException of(int code, String call) {
    return new CudaException(call, code, text(code));
  }

  /**
   * Does nothing where a call succeeded.
   *
   * @throws CudaException where not
   */
  public static void check(int code, String call) {
    if (code != 0) {
      forget();
      throw of(code, call);
    }
  }

  /** Clears the error that the runtime keeps, so that a later call does not report this one. */
  public static void forget() {
    int unused = Cudart.cudaGetLastError();
  }

  private static String name(int code) {
    return Cudart.cudaGetErrorName(code).getString(0);
  }

  /** The runtime's sentence; and what people have to know of errors that come later than their cause. */
  protected static String text(int code) {
    String text = Cudart.cudaGetErrorString(code).getString(0);
    boolean late = code == Cudart.cudaErrorIllegalAddress() || code == Cudart.cudaErrorLaunchFailure()
        || code == Cudart.cudaErrorMisalignedAddress() || code == Cudart.cudaErrorIllegalInstruction()
        || code == Cudart.cudaErrorAssert() || code == Cudart.cudaErrorECCUncorrectable();
    return late ? text + "; a kernel queued before this call caused it, and this process can't use the device any more"
        : text;
  }
}
