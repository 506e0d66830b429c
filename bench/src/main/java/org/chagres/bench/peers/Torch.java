package org.chagres.bench.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.process.Output;

/**
 * PyTorch, with what else its Python holds, such as ONNX Runtime.
 *
 * <p>A folder of peers holds {@code setup.sh}, which prints the path of a Python interpreter as its last line, and
 * {@code torch_cnn.py}, which prints rows as {@code ./chagres bench --json} does.
 *
 * @param python the interpreter
 * @param script {@code torch_cnn.py}
 * @param versions of Python and PyTorch
 */
public record Torch(String python, Path script, String versions) {

  private static final String VERSIONS =
      "import sys, torch; print('Python', sys.version.split()[0] + ', PyTorch', torch.__version__)";

  /** Runs a script, its arguments as given, and ends with the peak of the process's physical memory. */
  private static final String WITH_PEAK = """
      import json, resource, runpy, sys
      mode, batch, threads, sys.argv = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
      runpy.run_path(sys.argv[0], run_name='__main__')
      peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
      print(json.dumps(dict(what='train', mode=mode, batch=batch, threads=threads, rss_peak_mib=round(peak, 1))))
      """;

  /** Runs a script and keeps the ONNX model that it exports. */
  private static final String KEEPING_MODEL = """
      import runpy, shutil, sys, torch
      model, sys.argv, export = sys.argv[1], sys.argv[2:], torch.onnx.export
      def keep(net, inputs, path, **options):
          export(net, inputs, path, **options)
          shutil.copy(path, model)
      torch.onnx.export = keep
      runpy.run_path(sys.argv[0], run_name='__main__')
      """;

  private static final List<String> MODES = List.of("eager", "channels_last", "compile");

  /**
   * Sets it up.
   *
   * @throws IllegalArgumentException if the folder lacks a script
   * @throws IllegalStateException if it cannot be set up on this machine
   */
  public static Torch in(Path folder) {
    Path setup = file(folder, "setup.sh");
    Path script = file(folder, "torch_cnn.py");
    List<String> lines = Output.require(List.of(setup.toString()));
    if (lines.isEmpty()) {
      throw new IllegalStateException(setup + ": printed no path of a Python interpreter");
    }
    String python = lines.getLast().strip();
    return new Torch(python, script, Output.require(List.of(python, "-c", VERSIONS)).getLast());
  }

  private static Path file(Path folder, String name) {
    Path file = folder.resolve(name).toAbsolutePath().normalize();
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("--peers: expected a folder with " + name + ", got " + folder);
    }
    return file;
  }

  /** Its rows of a case. */
  public List<Row> rows(Case what) {
    return rows(List.of(script.toString()), what.theirArguments());
  }

  /** Its resident memory in a few training steps: a row for each mode, each in a process of its own. */
  public List<Row> residentPeaks(int threads, int batch) {
    List<Row> rows = new ArrayList<>();
    for (String mode : MODES) {
      List<String> first =
          List.of("-c", WITH_PEAK, mode, Integer.toString(batch), Integer.toString(threads), script.toString());
      List<String> arguments = new ArrayList<>(new Case(Job.TRAIN, threads, batch, true).theirArguments());
      arguments.addAll(List.of("--mode", mode));
      rows(first, arguments).stream().filter(r -> r.fields().containsKey("rss_peak_mib")).forEach(rows::add);
    }
    return rows;
  }

  /** Writes the network as an ONNX model for so many images. */
  public void exportModel(Path file, int batch) {
    rows(
        List.of("-c", KEEPING_MODEL, file.toString(), script.toString()),
        new Case(Job.INFER, 1, batch, true).theirArguments());
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException("the peers' Python exports no ONNX model");
    }
  }

  private List<Row> rows(List<String> first, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(python));
    command.addAll(first);
    command.addAll(arguments);
    return Output.require(command).stream().flatMap(line -> Rows.parse(line).stream()).toList();
  }
}
