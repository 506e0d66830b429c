package org.chagres.simd.parallel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How many processors the process may use.
 *
 * <p>The JVM already counts what the machine, the affinity mask and the container's quota (cgroup {@code
 * cpu.max}) leave, rounding a quota up; {@code -XX:ActiveProcessorCount} overrules it.
 */
public final class Cpus {
  private static final Path QUOTA_V2 = Path.of("/sys/fs/cgroup/cpu.max");
  private static final Path QUOTA_V1 = Path.of("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
  private static final Path PERIOD_V1 = Path.of("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

  private Cpus() {}

  /** How many threads can run at once. */
  public static int available() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** One line for people: the count and where it comes from. */
  public static String reason() {
    var text = new StringBuilder().append(available()).append(" of ").append(online()).append(" processors");
    double quota = quota();
    if (quota > 0) {
      text.append(String.format(Locale.ROOT, ", cgroup quota of %.2f", quota));
    }
    return text.toString();
  }

  /**
   * Whether that many threads can spin without standing in each other's way, or using up a quota that is not
   * a whole number of processors and getting the whole process stopped for the rest of its period.
   */
  static boolean canSpin(int threads) {
    double quota = quota();
    return threads <= available() && (quota == 0 || threads <= quota);
  }

  /** The container's quota in processors, 0 if there is none. */
  static double quota() {
    String[] v2 = read(QUOTA_V2).split(" ", -1);
    return v2.length == 2 ? quota(v2[0], v2[1]) : quota(read(QUOTA_V1), read(PERIOD_V1));
  }

  static double quota(String quota, String period) {
    try {
      return Math.max(0, Double.parseDouble(quota) / Double.parseDouble(period));
    } catch (NumberFormatException e) {
      // "max", or no such file: not limited.
      return 0;
    }
  }

  /** Counts a list such as {@code 0-3,8}; what the JVM has where there is no such list. */
  static int count(String list) {
    int count = 0;
    try {
      for (String range : list.split(",", -1)) {
        String[] ends = range.split("-", -1);
        count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
      }
    } catch (NumberFormatException e) {
      return available();
    }
    return count;
  }

  private static int online() {
    return Math.max(available(), count(read(ONLINE)));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
