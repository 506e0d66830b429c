package org.chagres.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.process.FreshJvm;
import org.chagres.bench.process.Output;

/**
 * The same job on both sides, in turn, each time in a process of its own.
 *
 * <p>A folder of peers holds {@code setup.sh}, which prints the path of a Python interpreter as its last line, and
 * {@code torch_cnn.py}, which prints rows as {@code ./chagres bench --json} does.
 *
 * @param peers the folder
 * @param job what is measured
 * @param threads on each side
 * @param batch images at a time
 */
public record SideBySide(Path peers, Job job, int threads, int batch) {

  private static final String VERSIONS =
      "import sys, torch; print('Python', sys.version.split()[0] + ', PyTorch', torch.__version__)";

  /**
   * What came of it.
   *
   * @param peer its versions
   * @param compared a row for each figure and way of theirs
   * @param raw every row, with its side and round
   */
  public record Result(String peer, List<Row> compared, List<Row> raw) {}

  /**
   * Runs both sides so many times.
   *
   * @param told every row as it comes, with its side and round
   * @throws IllegalStateException if there are no peers there, or one side fails
   */
  public Result run(int rounds, Consumer<Row> told) {
    String python = python();
    String versions = Output.require(List.of(python, "-c", VERSIONS)).getLast();
    List<String> theirs = new ArrayList<>(List.of(python, script("torch_cnn.py").toString()));
    theirs.addAll(job.theirArguments(threads, batch));
    List<String> ours =
        FreshJvm.alike("org.chagres.train", "org.chagres.train.cli.Main", job.ourArguments(threads, batch));
    Comparison comparison = new Comparison();
    List<Row> raw = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      for (Row row : rows(theirs)) {
        comparison.theirs(row);
        raw.add(tell(row, "peer", round, told));
      }
      for (Row row : rows(ours)) {
        comparison.ours(row);
        raw.add(tell(row, "chagres", round, told));
      }
    }
    return new Result(versions, comparison.rows(), raw);
  }

  private static Row tell(Row row, String side, int round, Consumer<Row> told) {
    Row full = Row.of(row.fields()).put("side", side).put("round", round);
    told.accept(full);
    return full;
  }

  private static List<Row> rows(List<String> command) {
    return Output.require(command).stream().flatMap(line -> Rows.parse(line).stream()).toList();
  }

  private String python() {
    List<String> lines = Output.require(List.of(script("setup.sh").toString()));
    if (lines.isEmpty()) {
      throw new IllegalStateException(script("setup.sh") + ": printed no path of a Python interpreter");
    }
    return lines.getLast().strip();
  }

  private Path script(String name) {
    Path file = peers.resolve(name).toAbsolutePath().normalize();
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("--peers: expected a folder with " + name + ", got " + peers);
    }
    return file;
  }
}
