package org.chagres.bench.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a process that has ended printed; its error output goes where this process's goes.
 *
 * @param exitCode 0 where all went well
 * @param lines standard output
 */
public record Output(int exitCode, List<String> lines) {

  /** Runs a command to its end; an interrupt ends it, and so does the end of this JVM. */
  public static Output of(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      Thread atExit = new Thread(process::destroy);
      Runtime.getRuntime().addShutdownHook(atExit);
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        List<String> lines = new ArrayList<>();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          lines.add(line);
        }
        return new Output(process.waitFor(), List.copyOf(lines));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while running " + command.getFirst(), e);
      } finally {
        process.destroy();
        removed(atExit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
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

  /**
   * As {@link #of}, for a command that has to succeed.
   *
   * @throws IllegalStateException if its exit code is not 0
   */
  public static List<String> require(List<String> command) {
    Output output = of(command);
    if (output.exitCode != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": ended with exit code " + output.exitCode);
    }
    return output.lines;
  }
}
