package org.chagres.simd.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps pages in physical memory: {@code mlock} and {@code munlock}, on Linux. */
final class PageLocks {
  private static final long COMMON_PAGE = 4096;
  private static final String LIMIT_LINE = "Max locked memory";

  private PageLocks() {}

  /** The size of a page of memory, in bytes. */
  static long pageBytes() {
    return LinuxPages.isSupported() ? Calls.PAGE : COMMON_PAGE;
  }

  /** Locks whole pages; returns an empty string, or why the system refused. */
  static String lock(long address, long bytes) {
    if (!LinuxPages.isSupported()) {
      return "locking pages is supported on Linux only";
    }
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int result = (int) Calls.MLOCK.invokeExact(state, MemorySegment.ofAddress(address), bytes);
      return result == 0 ? "" : refusal((int) Calls.ERRNO.get(state, 0L), bytes);
    } catch (Throwable t) {
      throw SystemCalls.impossible(t);
    }
  }

  static void unlock(long address, long bytes) {
    try {
      int ignored = (int) Calls.MUNLOCK.invokeExact(MemorySegment.ofAddress(address), bytes);
    } catch (Throwable t) {
      throw SystemCalls.impossible(t);
    }
  }

  private static String refusal(int errno, long bytes) {
    return "mlock of " + Sizes.format(bytes) + " failed with errno " + errno + "; RLIMIT_MEMLOCK is " + limit();
  }

  /** The limit as the kernel tells it; nothing but a message hangs on it. */
  private static String limit() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
        if (line.startsWith(LIMIT_LINE)) {
          String soft = line.substring(LIMIT_LINE.length()).strip().split("\\s+", 2)[0];
          return soft.chars().allMatch(Character::isDigit) ? Sizes.format(Long.parseLong(soft)) : soft;
        }
      }
    } catch (IOException e) {
      return "not known (" + e.getMessage() + ")";
    }
    return "not known";
  }

  /** Linked only where they exist and when they are needed. */
  private static final class Calls {
    static final MethodHandle MLOCK =
        SystemCalls.find(
            "mlock", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG), Linker.Option.captureCallState("errno"));
    static final MethodHandle MUNLOCK =
        SystemCalls.find("munlock", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    static final VarHandle ERRNO =
        Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    static final long PAGE = page();

    private static long page() {
      try {
        return (int) SystemCalls.find("getpagesize", FunctionDescriptor.of(JAVA_INT)).invokeExact();
      } catch (Throwable t) {
        throw SystemCalls.impossible(t);
      }
    }
  }
}
