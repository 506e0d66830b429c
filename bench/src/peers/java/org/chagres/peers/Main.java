package org.chagres.peers;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The case-study network in another library of the JVM: {@code LIBRARY JOB THREADS BATCH RUNS [MODEL.onnx]}.
 *
 * <p>Libraries: {@code djl}, {@code dl4j}, and {@code ort}, which needs the model and only infers. Jobs: {@code train},
 * whose first row comes as the first step ends, and {@code infer}. A row is a JSON object with the fields of {@code
 * ./chagres bench --json}.
 */
public final class Main {

  private static final double WARM_SECONDS = 5;
  private static final int WARM_RUNS = 3;

  private Main() {}

  /** Runs a job. */
  public static void main(String[] arguments) {
    String library = arguments[0];
    String job = arguments[1];
    int threads = Integer.parseInt(arguments[2]);
    int batch = Integer.parseInt(arguments[3]);
    int runs = Integer.parseInt(arguments[4]);
    try (Network network = switch (library) {
      case "djl" -> new Djl(threads, batch);
      case "dl4j" -> new Dl4j(batch);
      case "ort" -> new Ort(threads, batch, Path.of(arguments[5]));
      default -> throw new IllegalArgumentException("expected djl, dl4j or ort, got " + library);
    }) {
      String about = "\"engine\": \"" + network.engine() + "\", \"batch\": " + batch + ", \"threads\": " + threads;
      switch (job) {
        case "train" -> train(network, about, batch, runs);
        case "infer" -> infer(network, about, runs);
        default -> throw new IllegalArgumentException("expected train or infer, got " + job);
      }
    }
    // native pools of threads would keep the JVM alive
    System.exit(0);
  }

  private static void train(Network network, String about, int batch, int runs) {
    network.step();
    say("{\"what\": \"first_step\", %s}", about);
    double[] t = timed(network::step, runs);
    say(
        "{\"what\": \"train\", %s, \"ms_step\": %.2f, \"img_s\": %.1f, \"rss_peak_mib\": %.1f}", about,
        t[t.length / 2] * 1e3, batch / t[t.length / 2], peakMebibytes());
  }

  private static void infer(Network network, String about, int runs) {
    double[] t = timed(network::infer, runs);
    ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = heap.getTotalThreadAllocatedBytes();
    for (int i = 0; i < runs; i++) {
      network.infer();
    }
    long bytes = heap.getTotalThreadAllocatedBytes() - before;
    say(
        "{\"what\": \"infer\", %s, \"p50_us\": %.1f, \"p99_us\": %.1f, \"heap_bytes\": %.1f}", about,
        t[t.length / 2] * 1e6, t[Math.min(t.length - 1, (int) (t.length * 0.99))] * 1e6, (double) bytes / runs);
  }

  /** Seconds of each run after a warm-up, in rising order. */
  private static double[] timed(Runnable what, int runs) {
    long start = System.nanoTime();
    for (int i = 0; i < WARM_RUNS || (System.nanoTime() - start) * 1e-9 < WARM_SECONDS; i++) {
      what.run();
    }
    double[] seconds = new double[runs];
    for (int i = 0; i < runs; i++) {
      long before = System.nanoTime();
      what.run();
      seconds[i] = (System.nanoTime() - before) * 1e-9;
    }
    Arrays.sort(seconds);
    return seconds;
  }

  private static double peakMebibytes() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines.filter(l -> l.startsWith("VmHWM:"))
          .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0) / 1024.0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
    System.out.flush();
  }
}
