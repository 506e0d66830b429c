package org.chagres.simd.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Anonymous memory of Linux in huge pages: mapped on a 2 MiB border and advised before the first touch, since
 * a page that was touched small stays small until a background daemon gets round to it.
 */
final class LinuxPages implements PageSource {
  // Values of the kernel's generic ABI, the same on x86-64, AArch64 and RISC-V.
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 2 | 0x20;
  private static final long MAP_FAILED = -1;
  private static final int MADV_DONTNEED = 4;
  private static final int MADV_HUGEPAGE = 14;
  private static final Path THP = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  private static final MethodHandle MMAP =
      SystemCalls.find("mmap", FunctionDescriptor.of(
          JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      SystemCalls.find("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle MADVISE =
      SystemCalls.find("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private final boolean enabled = isEnabled();
  private boolean advised = true;
  private long calls;
  private long below;

  static boolean isSupported() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux") && ADDRESS.byteSize() == 8;
  }

  @Override
  public long map(long bytes) {
    // Right under the last slab, if that place is free: neighbours merge into one range.
    long address = below > bytes ? mmap(below - bytes, bytes) : MAP_FAILED;
    if (address != MAP_FAILED && (address & RangeHeap.HUGE - 1) != 0) {
      munmap(address, bytes);
      address = MAP_FAILED;
    }
    if (address == MAP_FAILED) {
      address = mapAligned(bytes);
    }
    if (address == MAP_FAILED) {
      return 0;
    }
    below = address;
    advised &= enabled && madvise(address, bytes, MADV_HUGEPAGE);
    return address;
  }

  @Override
  public boolean release(long address, long bytes) {
    return madvise(address, bytes, MADV_DONTNEED);
  }

  @Override
  public boolean hugePages() {
    return enabled && advised;
  }

  @Override
  public long calls() {
    return calls;
  }

  /**
   * Maps a huge page more than asked for and cuts off what lies outside the border; nobody has seen those
   * addresses.
   */
  private long mapAligned(long bytes) {
    long base = mmap(0, bytes + RangeHeap.HUGE);
    if (base == MAP_FAILED) {
      return MAP_FAILED;
    }
    long address = -(-base & -RangeHeap.HUGE);
    if (address > base) {
      munmap(base, address - base);
    }
    long rest = base + RangeHeap.HUGE - address;
    if (rest > 0) {
      munmap(address + bytes, rest);
    }
    return address;
  }

  private long mmap(long hint, long bytes) {
    calls++;
    try {
      return (long) MMAP.invokeExact(
          MemorySegment.ofAddress(hint), bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
    } catch (Throwable t) {
      throw SystemCalls.impossible(t);
    }
  }

  private void munmap(long address, long bytes) {
    calls++;
    try {
      int ignored = (int) MUNMAP.invokeExact(MemorySegment.ofAddress(address), bytes);
    } catch (Throwable t) {
      throw SystemCalls.impossible(t);
    }
  }

  private boolean madvise(long address, long bytes, int advice) {
    calls++;
    try {
      return (int) MADVISE.invokeExact(MemorySegment.ofAddress(address), bytes, advice) == 0;
    } catch (Throwable t) {
      throw SystemCalls.impossible(t);
    }
  }

  private static boolean isEnabled() {
    try {
      return !Files.readString(THP).contains("[never]");
    } catch (IOException e) {
      return false;
    }
  }
}
