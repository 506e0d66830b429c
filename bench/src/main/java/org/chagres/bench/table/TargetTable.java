package org.chagres.bench.table;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.chagres.bench.measure.Row;
import org.chagres.bench.peers.Torch;
import org.chagres.bench.report.Report;
import org.chagres.nn.state.StateException;
import org.chagres.train.report.TargetChart;

/** Runs a sitting and tells which targets hold. */
public final class TargetTable {

  private final Set<Part> parts;
  private final int rounds;
  private final Sitting sitting;
  private final boolean quick;

  /**
   * Nothing run yet.
   *
   * @param parts of the table
   * @param rounds how often both sides run, in turn
   * @param quick a look in passing: short warm-ups, few starts
   * @param told every row measured, as it comes
   */
  public TargetTable(Set<Part> parts, int rounds, boolean quick, Consumer<Row> told) {
    this.parts = parts;
    this.rounds = rounds;
    this.quick = quick;
    this.sitting = new Sitting(new Sitting.Extent(parts, rounds, quick), told);
  }

  /** PyTorch in a folder of peers, or why there is none. */
  public TargetTable torch(Optional<Path> folder) {
    folder.ifPresentOrElse(sitting::torch, () -> sitting.withoutTorch("no peer: --peers was not given"));
    return this;
  }

  /** Other libraries of the JVM, if they are built there. */
  public TargetTable jvm(Path folder) {
    sitting.jvm(folder);
    return this;
  }

  /**
   * What came of it.
   *
   * @param lines a row for each target
   * @param missed how many targets were measured and do not hold
   * @param unknown how many were not measured
   * @param page the report
   */
  public record Result(List<Row> lines, long missed, long unknown, Path page) {}

  /** Measures, and writes a page, a file and a chart. */
  public Result run(String version, Path folder) {
    Findings findings = sitting.run();
    List<Line> lines = Targets.lines(findings, parts);
    List<Row> rows = lines.stream().map(Line::row).toList();
    Report report = new Report(quick ? "table-quick" : "table", version)
        .fact("peer", sitting.torch().map(Torch::versions).orElse("none"))
        .fact("rounds", rounds + ", peer and ours in turn, medians; each run in a process of its own")
        .fact("parts", parts.stream().map(p -> p.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", ")))
        .say("Targets: a ratio is our figure divided by the peer's, so rates want it high and times low.")
        .table("targets", rows);
    if (parts.contains(Part.JVM)) {
      jvm(report, findings);
    }
    report.raw("raw", findings.raw());
    chart(folder.resolve(report.title() + ".png"), lines).ifPresent(report::say);
    Path page = report.write(folder);
    return new Result(rows, count(lines, Line.Verdict.MISSED), count(lines, Line.Verdict.NOT_MEASURED), page);
  }

  private static void jvm(Report report, Findings findings) {
    List<Row> rows = findings.jvm().rows();
    String why = findings.whyOurs(Part.JVM);
    report.say("Other libraries of the JVM; a ratio over 1 says that ours is better."
        + (why.equals(Findings.LEFT_OUT) ? "" : " Missing: " + why));
    report.table("jvm", rows);
  }

  /** Draws what has a share of its target; returns what the page says of it. A report without a picture is better than none. */
  static Optional<String> chart(Path picture, List<Line> lines) {
    List<TargetChart.Bar> bars = lines.stream()
        .filter(l -> l.verdict() != Line.Verdict.NOT_MEASURED && l.reached() > 0 && Double.isFinite(l.reached()))
        .map(l -> new TargetChart.Bar(l.what(), l.reached(), l.told()))
        .toList();
    if (bars.isEmpty()) {
      return Optional.empty();
    }
    String subtitle = "the line is the target; of " + lines.size() + " targets "
        + count(lines, Line.Verdict.HELD) + " hold, " + count(lines, Line.Verdict.MISSED) + " do not";
    try {
      Report.makeFolder(picture.toAbsolutePath().getParent());
      TargetChart.write(picture, "Targets", subtitle, bars);
      return Optional.of("![How far each target is reached](" + picture.getFileName() + ")");
    } catch (StateException e) {
      return Optional.of("No chart: " + e.getMessage());
    }
  }

  private static long count(List<Line> lines, Line.Verdict verdict) {
    return lines.stream().filter(l -> l.verdict() == verdict).count();
  }
}
