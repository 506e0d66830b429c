package org.chagres.simd.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/** Finds functions of the C library; the one place of this module that knows the linker. */
final class SystemCalls {
  private static final Linker LINKER = Linker.nativeLinker();

  private SystemCalls() {}

  static MethodHandle find(String name, FunctionDescriptor type, Linker.Option... options) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup()
            .find(name)
            .orElseThrow(() -> new UnsatisfiedLinkError("the C library has no function " + name)),
        type,
        options);
  }

  /** Native functions throw nothing; what comes out of a handle is a mistake of ours or an error of the JVM. */
  static RuntimeException impossible(Throwable t) {
    if (t instanceof Error e) {
      throw e;
    }
    return new IllegalStateException("a call of the C library failed", t);
  }
}
