package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The time a thread has been on a core (POSIX), so that other work on the machine counts less than in wall time. */
final class CpuTime {
  private static final int THREAD = System.getProperty("os.name").startsWith("Mac") ? 16 : 3;
  private static final MemorySegment TIME = Arena.global().allocate(16, 8);
  private static final MethodHandle CLOCK =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("clock_gettime"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

  private CpuTime() {}

  /** Nanoseconds of the calling thread; for one thread at a time. */
  static long nanos() {
    try {
      int failed = (int) CLOCK.invokeExact(THREAD, TIME);
      if (failed != 0) {
        throw new IllegalStateException("clock_gettime: " + failed);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    return TIME.getAtIndex(JAVA_LONG, 0) * 1_000_000_000L + TIME.getAtIndex(JAVA_LONG, 1);
  }
}
