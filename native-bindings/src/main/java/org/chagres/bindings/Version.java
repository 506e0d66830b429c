package org.chagres.bindings;

import java.io.Serializable;
import java.util.Comparator;

/** A library's version. */
public record Version(int major, int minor, int patch) implements Comparable<Version>, Serializable {

  private static final Comparator<Version> ORDER =
      Comparator.comparingInt(Version::major).thenComparingInt(Version::minor).thenComparingInt(Version::patch);

  /** From {@code 10000 major + 100 minor + patch}, NVIDIA's usual form. */
  static Version ofNumber(long number) {
    return new Version((int) (number / 10_000), (int) (number / 100 % 100), (int) (number % 100));
  }

  @Override
  public int compareTo(Version other) {
    return ORDER.compare(this, other);
  }

  /** Such as {@code 9.24.0}. */
  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
