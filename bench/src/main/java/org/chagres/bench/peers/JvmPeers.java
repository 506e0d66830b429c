package org.chagres.bench.peers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.process.FreshJvm;
import org.chagres.bench.process.Output;

/**
 * Other libraries of the JVM, as {@code mvn -Pjvm-peers} builds them (sources in {@code bench/src/peers}), each run in a
 * JVM of its own with the JVM's defaults.
 *
 * @param folder holds their program's jar and, in {@code lib}, all others
 */
public record JvmPeers(Path folder) {

  private static final String MAIN = "org.chagres.peers.Main";
  private static final String STEPS = "12";
  private static final String CALLS = "300";

  /**
   * Those in a folder.
   *
   * @throws IllegalArgumentException if it has none
   */
  public static JvmPeers in(Path folder) {
    JvmPeers peers = new JvmPeers(folder.toAbsolutePath().normalize());
    if (!Files.isDirectory(peers.folder.resolve("lib")) || peers.jars().isEmpty()) {
      throw new IllegalArgumentException(
          "not built: JAVA_HOME=<a JDK> mvn -Dfast -Pjvm-peers -pl bench/src/peers package");
    }
    return peers;
  }

  private List<Path> jars() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".jar")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be read", e);
    }
  }

  /** Training in {@code djl} or {@code dl4j}: a row of the first step, timed from outside, and one of steady ones. */
  public List<Row> train(String library, int threads, int batch) {
    return rows(threads, List.of(library, "train", Integer.toString(threads), Integer.toString(batch), STEPS));
  }

  /** Calls of {@code djl} or {@code dl4j}, one image at a time. */
  public List<Row> infer(String library, int threads) {
    return rows(threads, List.of(library, "infer", Integer.toString(threads), "1", CALLS));
  }

  /** Calls of ONNX Runtime, one image at a time. */
  public List<Row> infer(Path model, int threads) {
    return rows(threads, List.of("ort", "infer", Integer.toString(threads), "1", CALLS, model.toString()));
  }

  private List<Row> rows(int threads, List<String> arguments) {
    List<String> all = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
    all.add("-cp");
    all.add(String.join(File.pathSeparator, folder.resolve("*").toString(), folder.resolve("lib/*").toString()));
    all.add(MAIN);
    all.addAll(arguments);
    return Output.requireStamped(FreshJvm.bare(all), environment(threads)).stream()
        .flatMap(line -> Rows.parse(line.text()).map(row -> stamped(row, line.seconds())).stream())
        .toList();
  }

  private static Row stamped(Row row, double seconds) {
    boolean first = "first_step".equals(row.fields().get("what"));
    return first ? row.put(Measure.FIRST_STEP_S.field(), seconds, 2) : row;
  }

  /** No downloads, no reports home, natives unpacked once. */
  private Map<String, String> environment(int threads) {
    return Map.of(
        "OMP_NUM_THREADS", Integer.toString(threads),
        "DJL_OFFLINE", "true",
        "OPT_OUT_TRACKING", "true",
        "DJL_CACHE_DIR", folder.resolve("djl").toString());
  }
}
