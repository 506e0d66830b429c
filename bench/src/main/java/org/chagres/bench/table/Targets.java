package org.chagres.bench.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.chagres.bench.peers.Case;
import org.chagres.bench.peers.Comparison;
import org.chagres.bench.peers.Job;
import org.chagres.bench.peers.Measure;

/**
 * What Chagres is to reach, a line each: the case-study network and ops on two cores, medians of rounds in one sitting.
 * PyTorch counts with its best mode and its better layout.
 */
final class Targets {

  /** All that PyTorch and ours are run on. */
  private static final List<Case> CASES = List.of(
      Case.of(Job.TRAIN, 2), new Case(Job.TRAIN, 2, 32, false), Case.of(Job.TRAIN, 1),
      Case.of(Job.OPS, 2), Case.of(Job.OPS, 1), Case.of(Job.INFER, 1));

  private static final Case TRAINING = CASES.get(0);
  private static final Case TRAINING_ALONE = CASES.get(2);
  private static final Case INFERENCE = CASES.get(5);

  private static final Set<String> MODES = Set.of("eager", "channels_last", "compile");
  private static final Predicate<String> ANY = way -> true;
  private static final String SMALL = "sgemm n=64";
  private static final String IMAGES = "images/s";

  private final Findings findings;
  private final List<Line> lines = new ArrayList<>();

  private Targets(Findings findings) {
    this.findings = findings;
  }

  /** What a part has both sides run on. */
  static List<Case> cases(Set<Part> parts, boolean quick) {
    return CASES.stream()
        .filter(c -> parts.contains(part(c)) || parts.contains(Part.MEMORY) && c.equals(TRAINING)
            || parts.contains(Part.JVM) && besideJvm(c))
        .map(c -> new Case(c.job(), c.threads(), c.batch(), quick))
        .toList();
  }

  /** The part that a case belongs to. */
  static Part part(Case what) {
    return switch (what.job()) {
      case TRAIN -> Part.TRAIN;
      case OPS -> Part.OPS;
      case INFER -> Part.INFER;
    };
  }

  /** The case whose memory is compared. */
  static Case resident() {
    return TRAINING;
  }

  /** Whether ours of this case stand beside other libraries of the JVM. */
  static boolean besideJvm(Case what) {
    return what.title().equals(TRAINING.title()) || what.title().equals(INFERENCE.title());
  }

  /** A line for each target of these parts. */
  static List<Line> lines(Findings findings, Set<Part> parts) {
    Targets t = new Targets(findings);
    if (parts.contains(Part.TRAIN)) {
      t.training();
    }
    if (parts.contains(Part.OPS)) {
      t.convolutions(CASES.get(3));
      t.convolutions(CASES.get(4));
      t.products(CASES.get(3));
      t.products(CASES.get(4));
    }
    if (parts.contains(Part.INFER)) {
      t.inference();
    }
    if (parts.contains(Part.FIRSTSTEP)) {
      t.firstStep();
    }
    if (parts.contains(Part.MEMORY)) {
      t.memory();
    }
    if (parts.contains(Part.STARTS)) {
      t.starts();
    }
    return List.copyOf(t.lines);
  }

  private void training() {
    for (Case c : CASES.subList(0, 3)) {
      quotient(
          "training, batch " + c.batch() + ", " + threads(c), new Source(c, "train batch=" + c.batch(), Measure.IMG_S),
          MODES::contains, IMAGES, Bound.atLeast(1.8).aim(2.5));
    }
    String what = "training, batch 128, 2 threads against 1";
    Bound bound = Bound.atLeast(1.8);
    Optional<Comparison.Pair> two = pair(TRAINING, "train batch=128", Measure.IMG_S, MODES::contains);
    Optional<Comparison.Pair> one = pair(TRAINING_ALONE, "train batch=128", Measure.IMG_S, MODES::contains);
    if (two.isPresent() && one.isPresent()) {
      lines.add(Line.own(what, two.get().ours(), one.get().ours(), IMAGES, bound));
    } else {
      lines.add(Line.missing(what, "", bound, findings.whyOurs(Part.TRAIN)));
    }
    absolute(
        "Java heap of a replayed training step", new Source(TRAINING, "train batch=128", Measure.HEAP_BYTES),
        "B",
        Bound.atMost(0));
  }

  private void convolutions(Case c) {
    List<String> subjects = findings.of(c).subjects(Measure.FWD_BWD_GFLOPS);
    double logs = 0;
    int count = 0;
    for (String subject : subjects) {
      Source source = new Source(c, subject, Measure.FWD_BWD_GFLOPS);
      String what = subject.replace("conv3x3", "conv 3×3 forward and backward,") + ", " + threads(c);
      quotient(what, source, ANY, "GFLOP/s", Bound.atLeast(1));
      double value = lines.getLast().value().orElse(Double.NaN);
      logs += Math.log(value);
      count++;
    }
    String what = "conv 3×3 forward and backward, geometric mean, " + threads(c);
    Bound bound = Bound.atLeast(1.5);
    double mean = Math.exp(logs / count);
    lines.add(Double.isNaN(mean)
        ? Line.missing(what, "", bound, count == 0 ? findings.whyOurs(Part.OPS) : findings.why(Part.OPS))
        : Line.mean(what, mean, bound));
  }

  private void products(Case c) {
    List<String> subjects = findings.of(c).subjects(Measure.GFLOPS).stream().filter(s -> !s.equals(SMALL)).toList();
    if (subjects.isEmpty()) {
      lines.add(Line.missing("sgemm, " + threads(c), "", Bound.atLeast(0.95), findings.whyOurs(Part.OPS)));
    }
    for (String subject : subjects) {
      quotient(
          subject + ", " + threads(c), new Source(c, subject, Measure.GFLOPS), ANY, "GFLOP/s", Bound.atLeast(0.95));
    }
  }

  private void inference() {
    String subject = "infer batch=1";
    quotient(
        "inference, batch 1, 1 thread, p50", new Source(INFERENCE, subject, Measure.P50_US),
        way -> way.startsWith("onnxruntime"), "µs", Bound.atMost(0.6).aim(0.4));
    String what = "inference, batch 1, 1 thread, p99 against p50";
    Bound bound = Bound.atMost(1.5);
    Optional<Comparison.Pair> p50 = pair(INFERENCE, subject, Measure.P50_US, ANY);
    Optional<Comparison.Pair> p99 = pair(INFERENCE, subject, Measure.P99_US, ANY);
    if (p50.isPresent() && p99.isPresent()) {
      lines.add(Line.own(what, p99.get().ours(), p50.get().ours(), "µs", bound));
    } else {
      lines.add(Line.missing(what, "", bound, findings.whyOurs(Part.INFER)));
    }
    absolute(
        "Java heap of a replayed inference, batch 1", new Source(INFERENCE, subject, Measure.HEAP_BYTES), "B",
        Bound.atMost(0));
  }

  private void firstStep() {
    start("JVM start to the end of the first training step, batch 128", Measure.FIRST_STEP_S, Bound.atMost(1.5));
    start("JVM start to 90 % of full speed, batch 128", Measure.FULL_SPEED_S, Bound.atMost(5));
  }

  private void start(String what, Measure measure, Bound bound) {
    lines.add(findings.firstSteps().pair("first_step batch=128", measure, ANY)
        .map(p -> Line.absolute(what, p.ours(), "s", bound))
        .orElseGet(() -> Line.missing(what, "", bound, findings.whyOurs(Part.FIRSTSTEP))));
  }

  private void memory() {
    String what = "resident memory, training, batch 128, peak";
    Bound bound = Bound.atMost(450);
    lines.add(pair(TRAINING, "train batch=128", Measure.RSS_PEAK_MIB, MODES::contains)
        .map(p -> Line.absolute(what, p.ours(), "MiB", bound).beside(p, "MiB"))
        .orElseGet(() -> Line.missing(what, "", bound, findings.whyOurs(Part.MEMORY))));
  }

  private void starts() {
    Bound bound = Bound.atMost(0);
    lines.add(findings.slowStarts().isPresent()
        ? Line.absolute(
            "fresh starts with a slow kernel, of " + findings.startCount(), findings.slowStarts().getAsInt(), "starts",
            bound)
        : Line.missing("fresh starts with a slow kernel", "", bound, findings.whyOurs(Part.STARTS)));
  }

  /** Where a figure comes from. */
  private record Source(Case what, String subject, Measure measure) {}

  private void quotient(String what, Source from, Predicate<String> way, String unit, Bound bound) {
    Part part = part(from.what);
    Optional<Comparison.Pair> pair = pair(from.what, from.subject, from.measure, way);
    if (pair.isEmpty()) {
      lines.add(Line.missing(what, "", bound, findings.whyOurs(part)));
    } else if (pair.get().way().isEmpty()) {
      Line ours = Line.absolute(what, pair.get().ours(), unit, bound);
      lines.add(Line.missing(what, ours.ours(), bound, findings.why(part)));
    } else {
      lines.add(Line.quotient(what, pair.get(), unit, bound));
    }
  }

  private void absolute(String what, Source from, String unit, Bound bound) {
    lines.add(pair(from.what, from.subject, from.measure, ANY)
        .map(p -> Line.absolute(what, p.ours(), unit, bound))
        .orElseGet(() -> Line.missing(what, "", bound, findings.whyOurs(part(from.what)))));
  }

  private Optional<Comparison.Pair> pair(Case what, String subject, Measure measure, Predicate<String> way) {
    return findings.of(what).pair(subject, measure, way);
  }

  private static String threads(Case c) {
    return c.threads() == 1 ? "1 thread" : c.threads() + " threads";
  }
}
