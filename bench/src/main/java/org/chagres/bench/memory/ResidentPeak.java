package org.chagres.bench.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The most physical memory that this process has held. */
public final class ResidentPeak {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String FIELD = "VmHWM:";
  private static final double KIBI = 1024;

  private ResidentPeak() {}

  /** In MiB; empty where the system does not tell. */
  public static OptionalDouble mebibytes() {
    try (Stream<String> lines = Files.lines(STATUS)) {
      return parse(lines);
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }

  /** From lines such as {@code VmHWM:   461252 kB}. */
  static OptionalDouble parse(Stream<String> lines) {
    return lines.filter(l -> l.startsWith(FIELD))
        .mapToDouble(l -> Long.parseLong(l.substring(FIELD.length()).replace("kB", "").strip()) / KIBI)
        .findFirst();
  }
}
