package org.chagres.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a process that has ended printed; its error output goes where this process's goes.
 *
 * @param exitCode 0 where all went well
 * @param printed standard output
 */
public record Output(int exitCode, List<Line> printed) {

  private static final long PATIENCE_SECONDS = 3;

  /**
   * A line of standard output.
   *
   * @param text without its end
   * @param seconds from just before the process was started to the line's arrival
   */
  public record Line(String text, double seconds) {}

  /** Runs a command to its end; an interrupt ends it, and so does the end of this JVM. */
  public static Output of(List<String> command) {
    return of(command, Map.of());
  }

  /** As {@link #of(List)}, with further variables in the environment. */
  public static Output of(List<String> command, Map<String, String> environment) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().putAll(environment);
      long start = System.nanoTime();
      Process process = builder.start();
      Thread atExit = new Thread(() -> end(process));
      Runtime.getRuntime().addShutdownHook(atExit);
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        List<Line> lines = new ArrayList<>();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          lines.add(new Line(line, (System.nanoTime() - start) * 1e-9));
        }
        return new Output(process.waitFor(), List.copyOf(lines));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while running " + command.getFirst(), e);
      } finally {
        end(process);
        removed(atExit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    }
  }

  /** Runs a command that reads and writes as this process does; returns its exit code. */
  public static int passOn(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).inheritIO().start();
      Thread atExit = new Thread(() -> end(process));
      Runtime.getRuntime().addShutdownHook(atExit);
      try {
        return process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while running " + command.getFirst(), e);
      } finally {
        end(process);
        removed(atExit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    }
  }

  /** Asks it to end, and ends it if it does not: a library's native code may not listen. */
  private static void end(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** While the JVM ends, hooks stay: the process is being ended anyway. */
  private static boolean removed(Thread atExit) {
    try {
      return Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      return false;
    }
  }

  /** The text of what was printed. */
  public List<String> lines() {
    return printed.stream().map(Line::text).toList();
  }

  /**
   * The output of a command that has to succeed.
   *
   * @throws IllegalStateException if its exit code is not 0
   */
  public static List<String> require(List<String> command) {
    return requireStamped(command, Map.of()).stream().map(Line::text).toList();
  }

  /** As {@link #require}, with the lines' times, and with further variables in the environment. */
  public static List<Line> requireStamped(List<String> command, Map<String, String> environment) {
    Output output = of(command, environment);
    if (output.exitCode != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": ended with exit code " + output.exitCode);
    }
    return output.printed;
  }
}
