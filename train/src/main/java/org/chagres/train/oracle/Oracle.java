package org.chagres.train.oracle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.chagres.nn.state.StateException;
import org.chagres.nn.tensor.Scope;

/** Replays every case of a folder and compares with what PyTorch answered. */
public final class Oracle {

  private final OpCases ops = new OpCases();

  /** Ready to replay. */
  public Oracle() {}

  /**
   * How a case went.
   *
   * @param name its file's name without the ending
   * @param failure what differed or went wrong; empty if it agreed
   */
  public record Result(String name, String failure) {

    /** Whether it agreed. */
    public boolean passed() {
      return failure.isEmpty();
    }
  }

  /**
   * Replays a folder, in the order of names.
   *
   * @param each hears every result as it comes
   * @throws IllegalArgumentException if the folder has no cases
   */
  public List<Result> run(Path folder, Consumer<Result> each) {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList();
    } catch (NoSuchFileException | java.nio.file.NotDirectoryException e) {
      throw new IllegalArgumentException(folder + ": no such folder", e);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
    }
    if (files.isEmpty()) {
      throw new IllegalArgumentException(folder + ": no recorded cases (*.safetensors) in this folder");
    }
    List<Result> results = new ArrayList<>();
    for (Path file : files) {
      Result r = replay(file);
      results.add(r);
      each.accept(r);
    }
    return results;
  }

  private Result replay(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.safetensors$", "");
    try (Scope scope = Scope.open()) {
      Case c = Case.read(file);
      switch (c.op()) {
        case "optim" -> TrainCases.optim(c);
        case "lr_schedule" -> TrainCases.schedule(c);
        case "clip_grad_norm" -> TrainCases.clip(c);
        case "train" -> TrainCases.train(c);
        default -> {
          if (!ops.knows(c.op())) {
            return new Result(name, "op " + c.op() + " is not known here");
          }
          ops.replay(c);
        }
      }
      return new Result(name, "");
    } catch (Agreement.Disagreement | StateException e) {
      return new Result(name, e.getMessage());
    } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
      return new Result(name, e.toString());
    }
  }
}
