package org.chagres.gpu.fake;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.chagres.bindings.cublas.Cublas;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.bindings.cudnn.Cudnn;
import org.chagres.bindings.nvrtc.Nvrtc;

/** Libraries that share their error codes. */
enum Family {
  CUDART(Cudart.class, "cuda", Cudart.cudaErrorUnknown(), Cudart.cudaErrorInvalidValue(),
      Cudart.cudaErrorInvalidResourceHandle()),
  CUBLAS(Cublas.class, "CUBLAS_STATUS_", Cublas.CUBLAS_STATUS_INTERNAL_ERROR(), Cublas.CUBLAS_STATUS_INVALID_VALUE(),
      Cublas.CUBLAS_STATUS_NOT_INITIALIZED()),
  CUDNN(Cudnn.class, "CUDNN_STATUS_", Cudnn.CUDNN_STATUS_INTERNAL_ERROR(), Cudnn.CUDNN_STATUS_BAD_PARAM(),
      Cudnn.CUDNN_STATUS_BAD_PARAM()),
  NVRTC(Nvrtc.class, "NVRTC_", Nvrtc.NVRTC_ERROR_INTERNAL_ERROR(), Nvrtc.NVRTC_ERROR_INVALID_INPUT(),
      Nvrtc.NVRTC_ERROR_INVALID_PROGRAM());

  private final int internalError;
  private final int invalidValue;
  private final int invalidHandle;
  private final Map<Integer, String> names;

  Family(Class<?> bindings, String prefix, int internalError, int invalidValue, int invalidHandle) {
    this.internalError = internalError;
    this.invalidValue = invalidValue;
    this.invalidHandle = invalidHandle;
    this.names = names(bindings, prefix);
  }

  int internalError() {
    return internalError;
  }

  int code(Refusal refusal) {
    return switch (refusal.code()) {
      case Refusal.INVALID_VALUE -> invalidValue;
      case Refusal.INVALID_HANDLE -> invalidHandle;
      default -> refusal.code();
    };
  }

  /** What a library returns when its work on the device fails. */
  Refusal executionFailed(Refusal cause) {
    return switch (this) {
      case CUBLAS -> new Refusal(Cublas.CUBLAS_STATUS_EXECUTION_FAILED(), cause.getMessage());
      case CUDNN -> new Refusal(Cudnn.CUDNN_STATUS_EXECUTION_FAILED(), cause.getMessage());
      case CUDART, NVRTC -> cause;
    };
  }

  /** The name of a code as the header has it. */
  String name(int code) {
    return names.getOrDefault(code, "unrecognized error code");
  }

  /** The constants are methods without parameters; functions of that shape have other names. */
  private static Map<Integer, String> names(Class<?> bindings, String prefix) {
    Map<Integer, String> names = new HashMap<>();
    for (Method method : bindings.getMethods()) {
      String name = method.getName();
      boolean status = name.startsWith(prefix) && method.getParameterCount() == 0
          && method.getReturnType() == int.class
          && (!prefix.equals("cuda") || name.equals("cudaSuccess") || name.startsWith("cudaError"));
      if (status) {
        try {
          names.put((int) method.invoke(null), name);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(name, e);
        }
      }
    }
    return names;
  }
}
