package org.chagres.bench.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.chagres.bench.firststep.FirstStep;
import org.chagres.bench.measure.Row;
import org.chagres.bench.peers.Case;
import org.chagres.bench.peers.JvmPeers;
import org.chagres.bench.peers.SideBySide;
import org.chagres.bench.peers.Torch;
import org.chagres.bench.starts.FreshStarts;

/**
 * Measures what the targets need, each measurement in a process of its own, both sides in turn. What fails is told in
 * its lines; the rest goes on.
 */
final class Sitting {

  /**
   * How much.
   *
   * @param parts of the table
   * @param rounds how often both sides run
   * @param quick a look in passing
   */
  record Extent(Set<Part> parts, int rounds, boolean quick) {

    int starts() {
      return quick ? 2 : 40;
    }

    double secondsOfTraining() {
      return quick ? 8 : 20;
    }
  }

  private static final List<String> LIBRARIES = List.of("djl", "dl4j");

  private final Extent extent;
  private final Consumer<Row> told;
  private final Findings findings = new Findings();
  private Optional<Torch> torch = Optional.empty();
  private Optional<JvmPeers> jvm = Optional.empty();

  /** With each row told as it comes. */
  Sitting(Extent extent, Consumer<Row> told) {
    this.extent = extent;
    this.told = told;
  }

  /** Sets up PyTorch; without it our side runs alone. */
  void torch(Path folder) {
    try {
      torch = Optional.of(Torch.in(folder));
    } catch (IllegalArgumentException | IllegalStateException | UncheckedIOException e) {
      findings.peerMissing("no peer: " + e.getMessage());
    }
  }

  /** Says why there is no PyTorch. */
  void withoutTorch(String why) {
    findings.peerMissing(why);
  }

  /** Sets up the libraries of the JVM, if they are built. */
  void jvm(Path folder) {
    try {
      jvm = Optional.of(JvmPeers.in(folder));
    } catch (IllegalArgumentException e) {
      findings.failed(Part.JVM, e.getMessage());
    }
  }

  Optional<Torch> torch() {
    return torch;
  }

  /** Measures. */
  Findings run() {
    List<SideBySide> sides = new ArrayList<>();
    for (Case c : Targets.cases(extent.parts, extent.quick)) {
      SideBySide side = new SideBySide(c, torch);
      findings.put(c, side.comparison());
      sides.add(side);
    }
    for (int round = 1; round <= extent.rounds; round++) {
      for (SideBySide side : sides) {
        round(side, round);
      }
      if (extent.parts.contains(Part.FIRSTSTEP)) {
        attempt(Part.FIRSTSTEP, this::firstStep);
      }
      if (extent.parts.contains(Part.JVM) && jvm.isPresent()) {
        jvmRound(jvm.get());
      }
    }
    if (extent.parts.contains(Part.MEMORY)) {
      Case c = Targets.resident();
      torch.ifPresent(peer -> attempt(Part.MEMORY, () -> peer.residentPeaks(c.threads(), c.batch()))
          .forEach(findings.of(c)::theirs));
    }
    if (extent.parts.contains(Part.STARTS)) {
      attempt(Part.STARTS, this::starts);
    }
    return findings;
  }

  /** Ours goes on alone where the peer fails. */
  private void round(SideBySide side, int number) {
    Part part = Targets.part(side.what());
    try {
      side.theirs(number, this::tell);
    } catch (IllegalStateException | UncheckedIOException e) {
      failed(part, e);
    }
    try {
      boolean alsoJvm = Targets.besideJvm(side.what());
      side.ours(number, row -> {
        tell(row);
        if (alsoJvm) {
          findings.jvm().ours(row);
        }
      });
    } catch (IllegalStateException | UncheckedIOException e) {
      failed(part, e);
    }
  }

  private List<Row> firstStep() {
    Case c = Targets.resident();
    Row row = FirstStep.run(c.threads(), c.batch(), extent.secondsOfTraining());
    findings.firstSteps().ours(row);
    findings.jvm().ours(row);
    return List.of(row);
  }

  private List<Row> starts() {
    FreshStarts starts = FreshStarts.run(extent.starts(), 2000, 2000, this::tell);
    findings.slowStarts(starts.slow(), extent.starts());
    return List.of();
  }

  private void jvmRound(JvmPeers peers) {
    Case train = Targets.resident();
    for (String library : LIBRARIES) {
      attempt(Part.JVM, () -> peers.train(library, train.threads(), train.batch())).forEach(findings.jvm()::theirs);
      attempt(Part.JVM, () -> peers.infer(library, 1)).forEach(findings.jvm()::theirs);
    }
    attempt(Part.JVM, () -> onnx(peers)).forEach(findings.jvm()::theirs);
  }

  /** ONNX Runtime runs what PyTorch exports. */
  private List<Row> onnx(JvmPeers peers) {
    if (torch.isEmpty()) {
      return List.of();
    }
    try {
      Path model = Files.createTempFile("cnn", ".onnx");
      try {
        Files.delete(model);
        torch.get().exportModel(model, 1);
        return peers.infer(model, 1);
      } finally {
        Files.deleteIfExists(model);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no temporary file", e);
    }
  }

  private List<Row> attempt(Part part, Supplier<List<Row>> what) {
    try {
      List<Row> rows = what.get();
      rows.forEach(this::tell);
      return rows;
    } catch (IllegalStateException | UncheckedIOException e) {
      failed(part, e);
      return List.of();
    }
  }

  private void failed(Part part, RuntimeException e) {
    findings.failed(part, String.valueOf(e.getMessage()));
    tell(new Row("failed").put("part", part.name()).put("why", String.valueOf(e.getMessage())));
  }

  private void tell(Row row) {
    findings.tell(row);
    told.accept(row);
  }
}
