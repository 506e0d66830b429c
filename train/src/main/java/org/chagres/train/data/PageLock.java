package org.chagres.train.data;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Keeps pages in physical memory ({@code mlock}), as far as the system lets us: there may be no such call, a limit
 * ({@code ulimit -l}), or no permission for native access.
 */
final class PageLock {
  private static final Optional<MethodHandle> LOCK = find("mlock");
  private static final Optional<MethodHandle> UNLOCK = find("munlock");

  private PageLock() {}

  /** Locks; false if the system refused. */
  static boolean lock(MemorySegment segment) {
    return call(LOCK, segment);
  }

  static void unlock(MemorySegment segment) {
    call(UNLOCK, segment);
  }

  private static boolean call(Optional<MethodHandle> function, MemorySegment segment) {
    if (function.isEmpty()) {
      return false;
    }
    try {
      return (int) function.get().invokeExact(segment, segment.byteSize()) == 0;
    } catch (Throwable t) {
      throw new IllegalStateException("mlock could not be called", t);
    }
  }

  private static Optional<MethodHandle> find(String name) {
    try {
      Linker linker = Linker.nativeLinker();
      var type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);
      return linker.defaultLookup().find(name).map(f -> linker.downcallHandle(f, type));
    } catch (UnsupportedOperationException | IllegalCallerException e) {
      return Optional.empty(); // pinning is an optimization: without native access there is none
    }
  }
}
