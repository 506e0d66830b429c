package org.chagres.gpu.dnn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.chagres.bindings.NativeException;
import org.chagres.bindings.cudnn.Cudnn;

/** A call to cuDNN that returned an error, or found nothing that does what was asked for. */
public final class DnnException extends NativeException {
  private static final long serialVersionUID = 1L;

  private static final int TEXT_BYTES = 4096;
  private static final int GROUP = 1000;

  private DnnException(String call, int code, String detail) {
    super(call, code, Cudnn.cudnnGetErrorString(code).getString(0), detail);
  }

  static DnnException of(int code, String call) {
    return new DnnException(call, code, lastText());
  }

  /** No engine is left. */
  static DnnException unsupported(String call, String detail) {
    return new DnnException(call, Cudnn.CUDNN_STATUS_NOT_SUPPORTED(), detail);
  }

  /** Whether cuDNN has nothing that does it, which it tells by a thousand codes of one group. */
  boolean isUnsupported() {
    return code() / GROUP == Cudnn.CUDNN_STATUS_NOT_SUPPORTED() / GROUP;
  }

  static void check(int code, String call) {
    if (code != 0) {
      throw of(code, call);
    }
  }

  private static String lastText() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(TEXT_BYTES);
      Cudnn.cudnnGetLastErrorString(text, TEXT_BYTES);
      return text.getString(0).strip();
    }
  }
}
