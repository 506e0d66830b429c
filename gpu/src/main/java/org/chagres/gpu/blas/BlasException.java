package org.chagres.gpu.blas;

import org.chagres.bindings.NativeException;
import org.chagres.bindings.cublas.Cublas;

/** A call to cuBLAS or cuBLASLt that returned an error. */
public final class BlasException extends NativeException {
  private static final long serialVersionUID = 1L;

  private BlasException(String call, int code) {
    super(call, code, Cublas.cublasGetStatusName(code).getString(0), Cublas.cublasGetStatusString(code).getString(0));
  }

  static BlasException of(int code, String call) {
    return new BlasException(call, code);
  }

  static void check(int code, String call) {
    if (code != 0) {
      throw of(code, call);
    }
  }
}
