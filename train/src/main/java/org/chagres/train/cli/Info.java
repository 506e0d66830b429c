package org.chagres.train.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.chagres.simd.lanes.Lanes;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what this machine offers: what to put beside any figure measured on it. */
@CommandLine.Command(name = "info", description = "What this machine offers: lanes, cores, JVM, huge pages.")
final class Info implements Callable<Integer> {

  private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
  private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    row(out, "chagres", Version.number());
    row(out, "lanes", Lanes.COUNT + " floats (" + Lanes.FLOAT.vectorBitSize() + " bits)");
    row(out, "cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    row(out, "machine", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    row(out, "jvm", System.getProperty("java.vm.name") + " " + Runtime.version());
    row(out, "heap", (Runtime.getRuntime().maxMemory() >> 20) + " MiB at most");
    row(out, "huge pages", hugePages());
    out.flush();
    return 0;
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
