package org.chagres.simd.memory;

import java.util.Locale;

/** Sizes in bytes as people read and write them. */
final class Sizes {
  private static final String UNITS = "KMGTPE";

  private Sizes() {}

  /** As {@code "640 B"} or {@code "16.0 MiB"}. */
  static String format(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
    return String.format(Locale.ROOT, "%.1f %siB", bytes / Math.pow(1024, unit), UNITS.charAt(unit - 1));
  }

  /**
   * Reads {@code "1048576"}, {@code "512m"} or {@code "4g"}; also k and t, in either case.
   *
   * @throws IllegalArgumentException naming the option, if it is none of these or not positive
   */
  static long parse(String text, String option) {
    String number = text.strip();
    int shift = 0;
    if (!number.isEmpty()) {
      int unit = "kmgt".indexOf(Character.toLowerCase(number.charAt(number.length() - 1)));
      if (unit >= 0) {
        shift = 10 * (unit + 1);
        number = number.substring(0, number.length() - 1);
      }
    }
    try {
      long value = Long.parseLong(number);
      if (value > 0 && value <= Long.MAX_VALUE >> shift) {
        return value << shift;
      }
    } catch (NumberFormatException e) {
      // Told below, with the option's name.
    }
    throw new IllegalArgumentException(option + ": expected a size such as 512m or 4g, got \"" + text + "\"");
  }
}
