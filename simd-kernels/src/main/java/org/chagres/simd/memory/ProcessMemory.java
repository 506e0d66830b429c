package org.chagres.simd.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The process as the operating system sees it. */
public final class ProcessMemory {
  private static final Path STATM = Path.of("/proc/self/statm");

  private ProcessMemory() {}

  /** The bytes of physical memory the process holds (RSS), or empty where the system does not tell. */
  public static OptionalLong residentBytes() {
    try {
      // Fields: size, resident, shared ... in pages.
      String resident = Files.readString(STATM).split(" ", -1)[1];
      return OptionalLong.of(Long.parseLong(resident) * PageLocks.pageBytes());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
