package org.chagres.train.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Runs the command line: within this JVM, or in one of its own that can be killed. */
final class Chagres {

  private Chagres() {}

  /** How a command ended. */
  record Outcome(int code, String out, String err) {}

  /** In this JVM. */
  static Outcome run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = line.execute(texts(arguments));
    return new Outcome(code, out.toString(), err.toString());
  }

  /** In a JVM of its own, as the launcher starts it; its output goes to files beside {@code log}. */
  static Process start(Path log, List<String> jvmOptions, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules", "jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:Tier3DelayOn=1000", "-XX:-UseFPUForSpilling"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(texts(arguments)));
    return new ProcessBuilder(command).redirectOutput(out(log).toFile()).redirectError(err(log).toFile()).start();
  }

  /** Waits for the end of such a process. */
  static Outcome end(Path log, Process process) throws InterruptedException {
    int code = process.waitFor();
    return new Outcome(code, text(out(log)), text(err(log)));
  }

  static Path out(Path log) {
    return log.resolveSibling(log.getFileName() + ".out");
  }

  static Path err(Path log) {
    return log.resolveSibling(log.getFileName() + ".err");
  }

  static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String[] texts(Object... arguments) {
    return Stream.of(arguments)
        .flatMap(a -> a instanceof List<?> all ? all.stream() : Stream.of(a))
        .map(Object::toString)
        .toArray(String[]::new);
  }
}
