package org.chagres.simd.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/**
 * Memory of the C library, where the system is not Linux: no promise of huge pages, and nothing is handed back.
 *
 * <p>Not an {@code Arena}: that would fill the memory with zeros and count it against the heap's size.
 */
final class PlainPages implements PageSource {
  private static final long PAGE = 4096;
  private static final MethodHandle MALLOC =
      SystemCalls.find("malloc", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));

  private long calls;

  @Override
  public long map(long bytes) {
    calls++;
    try {
      long address = (long) MALLOC.invokeExact(bytes + PAGE);
      return address == 0 ? 0 : -(-address & -PAGE);
    } catch (Throwable t) {
      throw SystemCalls.impossible(t);
    }
  }

  @Override
  public boolean release(long address, long bytes) {
    return false;
  }

  @Override
  public boolean hugePages() {
    return false;
  }

  @Override
  public long calls() {
    return calls;
  }
}
