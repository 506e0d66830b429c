package org.chagres.train.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.chagres.nn.backend.Backends;
import org.chagres.nn.tensor.Memory;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.memory.HostPages;
import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.memory.Stats;
import org.chagres.simd.parallel.Cpus;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.readiness.Readiness;
import picocli.CommandLine;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what this machine offers: what to put beside any figure measured on it. */
@CommandLine.Command(
    name = "info",
    description = "What this machine offers: lanes, threads, JVM, memory, devices; whether the kernels are compiled well.",
    mixinStandardHelpOptions = true)
final class Info implements Callable<Integer> {

  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final long LOCK_BYTES = 4 << 20;
  private static final double MOST_SECONDS = 600;
  private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

  @Spec private CommandSpec spec;

  @Option(names = "--warm", paramLabel = "SECONDS", defaultValue = "5", showDefaultValue = Visibility.ALWAYS,
      description = "How long to warm and time the kernels.") private double warm;

  @Override
  public Integer call() {
    UsageException.check(warm > 0 && warm <= MOST_SECONDS, "--warm", "more than 0 and up to 600 seconds", warm);
    PrintWriter out = spec.commandLine().getOut();
    row(out, "chagres", Version.number());
    row(out, "lanes", Lanes.COUNT + " floats (" + Lanes.FLOAT.vectorBitSize() + " bits)");
    row(out, "threads", threads());
    row(out, "machine", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    row(out, "jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
    row(out, "heap", (Runtime.getRuntime().maxMemory() >> 20) + " MiB at most");
    row(out, "huge pages", hugePages());
    row(out, "page locks", pageLocks());
    devices(out);
    kernels(out);
    row(out, "memory", memory());
    out.flush();
    return 0;
  }

  private static String threads() {
    boolean set = System.getProperty(Workers.THREADS_OPTION) != null;
    return Workers.shared().threads() + (set ? " by -D" + Workers.THREADS_OPTION + "; " : ", ") + Cpus.reason();
  }

  private static String pageLocks() {
    try (HostPages pages = HostPages.allocate(LOCK_BYTES, true)) {
      return pages.locked() ? "granted for " + (LOCK_BYTES >> 20) + " MiB" : "refused: " + pages.lockOutcome();
    }
  }

  private static void devices(PrintWriter out) {
    for (String kind : Backends.kinds()) {
      Backends.describe(kind).forEach(line -> row(out, "device", kind + ": " + line));
    }
  }

  private void kernels(PrintWriter out) {
    List<Readiness> all = Readiness.measure((long) (1e9 * warm));
    String shares = all.stream()
        .map(r -> String.format(Locale.ROOT, "%s %.0f %%", r.kernel(), 100 * r.share()))
        .collect(Collectors.joining("; "));
    row(out, "kernels", "share of a thread's FMA peak, small sizes: " + shares);
    String slow = all.stream().filter(r -> !r.ready()).map(Readiness::kernel).collect(Collectors.joining("; "));
    row(out, "readiness", slow.isEmpty()
        ? "every kernel is compiled well"
        : "not compiled well after " + warm + " s: " + slow + " (on a busy machine, try a longer --warm)");
  }

  private static String memory() {
    Stats s = Memory.stats();
    return String.format(
        Locale.ROOT, "%.1f MiB live, %.1f at the peak, %.1f pooled, %.1f taken from the system in %d calls, %s",
        mebi(s.liveBytes()), mebi(s.peakLiveBytes()), mebi(s.pooledBytes()), mebi(s.reservedBytes()), s.systemCalls(),
        limit());
  }

  private static String limit() {
    long limit = MemoryPool.system().limit();
    return limit == Long.MAX_VALUE ? "no limit" : String.format(Locale.ROOT, "limit %.0f MiB", mebi(limit));
  }

  private static double mebi(long bytes) {
    return bytes / (double) (1 << 20);
  }

  private static void row(PrintWriter out, String name, String value) {
    out.printf("%-12s%s%n", name, value);
  }

  private static String hugePages() {
    if (!Files.isReadable(HUGE_PAGES)) {
      return "not told by this system";
    }
    try {
      String modes = Files.readString(HUGE_PAGES).strip();
      Matcher chosen = CHOSEN.matcher(modes);
      return chosen.find() ? chosen.group(1) : modes;
    } catch (IOException e) {
      return "not told: " + e.getMessage();
    }
  }
}
