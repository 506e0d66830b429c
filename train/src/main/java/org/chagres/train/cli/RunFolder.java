package org.chagres.train.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.chagres.nn.state.AtomicFile;
import org.chagres.nn.state.StateException;

/** The files of a run: configuration, weights, checkpoint, figures, pictures. */
final class RunFolder {

  static final Path RUNS = Path.of("runs");

  private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;

  RunFolder(Path folder) {
    this.folder = folder;
  }

  /** Makes the folder; it must not hold a run yet. */
  static RunFolder create(Path folder) {
    RunFolder run = new RunFolder(folder);
    if (Files.exists(run.configuration())) {
      throw new IllegalArgumentException(
          folder + ": holds a run already; go on with --resume " + folder + ", or name another with --out");
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new StateException(folder, "make the run folder", e);
    }
    return run;
  }

  /** A run that is there. */
  static RunFolder open(Path folder) {
    RunFolder run = new RunFolder(folder);
    if (!Files.isRegularFile(run.configuration())) {
      throw new IllegalArgumentException(folder + ": no run here (no " + run.configuration().getFileName() + ")");
    }
    return run;
  }

  /** The latest run with weights below {@code runs}. */
  static RunFolder latest() {
    if (Files.isDirectory(RUNS)) {
      try (Stream<Path> all = Files.list(RUNS)) {
        return all.map(RunFolder::new)
            .filter(r -> Files.isRegularFile(r.weights()) && Files.isRegularFile(r.configuration()))
            .max(Comparator.comparingLong(r -> r.weights().toFile().lastModified()))
            .orElseThrow(RunFolder::none);
      } catch (IOException e) {
        throw new UncheckedIOException(RUNS + ": " + e.getMessage(), e);
      }
    }
    throw none();
  }

  private static IllegalArgumentException none() {
    return new IllegalArgumentException("no trained run in " + RUNS + "; train one first, or name one with --run");
  }

  Path path() {
    return folder;
  }

  Path configuration() {
    return folder.resolve("configuration.json");
  }

  /** The best weights. */
  Path weights() {
    return folder.resolve("best.safetensors");
  }

  Path log() {
    return folder.resolve("epochs.csv");
  }

  Path curves() {
    return folder.resolve("curves.png");
  }

  Path confusion() {
    return folder.resolve("confusion.png");
  }

  void write(RunOptions options) {
    AtomicFile.write(configuration(), channel -> {
      byte[] text = (JSON.writeValueAsString(options.values()) + "\n").getBytes(StandardCharsets.UTF_8);
      ByteBuffer bytes = ByteBuffer.wrap(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    });
  }

  RunOptions options() {
    try {
      Map<String, String> values =
          JSON.readValue(Files.readString(configuration()), new TypeReference<TreeMap<String, String>>() {});
      return new RunOptions(values);
    } catch (JacksonException e) {
      throw new StateException(configuration(), "not a run's configuration: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new StateException(configuration(), "read the configuration", e);
    }
  }

  List<Path> files() {
    return List.of(configuration(), weights(), folder.resolve("last.safetensors"), log(), curves(), confusion());
  }
}
