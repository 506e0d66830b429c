package org.chagres.bench.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.chagres.bench.measure.Row;
import org.chagres.bench.peers.Case;
import org.chagres.bench.peers.Comparison;
import org.chagres.bench.peers.Job;
import org.junit.jupiter.api.Test;

class TargetsTest {

  private final Findings findings = new Findings();

  private Comparison of(Job job, int threads) {
    return findings.of(Case.of(job, threads));
  }

  private static Row train(String mode, double rate) {
    return new Row("train").put("mode", mode).put("batch", 128).put("img_s", rate, 1);
  }

  private static Row conv(String layout, int channels, double rate) {
    return new Row("conv3x3").put("C", channels).put("layout", layout).put("fwd_bwd_gflops", rate, 1);
  }

  private Line line(Part part, String what) {
    return Targets.lines(findings, EnumSet.of(part)).stream()
        .filter(l -> l.what().equals(what))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line: " + what));
  }

  @Test
  void trainingIsHeldAgainstTheBestModeByMedians() {
    Comparison two = of(Job.TRAIN, 2);
    for (double noise : new double[] {0, 900, 1}) {
      two.theirs(train("eager", 200 + noise));
      two.theirs(train("compile", 300 + noise));
      two.theirs(train("best of all", 9999));
      two.ours(train("eager", 602));
    }
    of(Job.TRAIN, 1).ours(train("eager", 350));
    Line l = line(Part.TRAIN, "training, batch 128, 2 threads");
    assertEquals(
        "{what=target, measured=training, batch 128, 2 threads, ours=602 images/s, peer=301 images/s, compile, "
            + "ratio=2.00, target=≥ 1.8 ×, aim 2.5 ×, held=yes}",
        l.row().fields().toString());
    Line scaling = line(Part.TRAIN, "training, batch 128, 2 threads against 1");
    assertEquals(Line.Verdict.MISSED, scaling.verdict());
    assertEquals(602 / 350.0, scaling.value().orElseThrow(), 1e-9);
  }

  @Test
  void aMissingPeerIsSaidInTheRowAndNeverHolds() {
    findings.peerMissing("no peer: none here");
    of(Job.TRAIN, 2).ours(train("eager", 602));
    Row row = line(Part.TRAIN, "training, batch 128, 2 threads").row();
    assertEquals("not measured: no peer: none here", row.fields().get("held"));
    assertEquals("602 images/s", row.fields().get("ours"));
    assertEquals("left out", line(Part.TRAIN, "training, batch 128, 1 thread").note());
  }

  @Test
  void convolutionsCountOneByOneAndInTheirMean() {
    Comparison c = of(Job.OPS, 2);
    c.ours(conv("channels_last", 3, 90));
    c.ours(conv("channels_last", 64, 400));
    c.theirs(conv("contiguous", 3, 50));
    c.theirs(conv("channels_last", 3, 100));
    c.theirs(conv("contiguous", 64, 100));
    assertEquals(
        Line.Verdict.MISSED, line(Part.OPS, "conv 3×3 forward and backward, C=3, 2 threads").verdict());
    Line mean = line(Part.OPS, "conv 3×3 forward and backward, geometric mean, 2 threads");
    assertEquals(Math.sqrt(0.9 * 4), mean.value().orElseThrow(), 1e-9);
    assertEquals(Line.Verdict.HELD, mean.verdict());
    c.ours(conv("channels_last", 128, 400));
    assertEquals(
        Line.Verdict.NOT_MEASURED,
        line(Part.OPS, "conv 3×3 forward and backward, geometric mean, 2 threads").verdict());
  }

  @Test
  void inferenceIsHeldAgainstOnnxRuntimeAlone() {
    Comparison c = of(Job.INFER, 1);
    c.ours(new Row("infer").put("engine", "chagres").put("batch", 1).put("p50_us", 300.0, 1).put("p99_us", 450.0, 1)
        .put("heap_bytes", 0.0, 1));
    c.theirs(new Row("infer").put("engine", "torch eager").put("batch", 1).put("p50_us", 100.0, 1));
    c.theirs(new Row("infer").put("engine", "onnxruntime 1.29").put("batch", 1).put("p50_us", 700.0, 1));
    Line p50 = line(Part.INFER, "inference, batch 1, 1 thread, p50");
    assertEquals(300 / 700.0, p50.value().orElseThrow(), 1e-9);
    assertEquals(Line.Verdict.HELD, p50.verdict());
    assertEquals(0.6 / (300 / 700.0), p50.reached(), 1e-9);
    assertEquals(Line.Verdict.HELD, line(Part.INFER, "inference, batch 1, 1 thread, p99 against p50").verdict());
    Line heap = line(Part.INFER, "Java heap of a replayed inference, batch 1");
    assertEquals("0 B", heap.ours());
    assertEquals(Line.Verdict.HELD, heap.verdict());
  }

  @Test
  void oneSlowStartIsTooMany() {
    findings.slowStarts(1, 40);
    assertEquals(Line.Verdict.MISSED, line(Part.STARTS, "fresh starts with a slow kernel, of 40").verdict());
    findings.slowStarts(0, 40);
    assertEquals(Line.Verdict.HELD, line(Part.STARTS, "fresh starts with a slow kernel, of 40").verdict());
  }

  @Test
  void memoryIsLimitedWhateverThePeerTakes() {
    Comparison c = of(Job.TRAIN, 2);
    c.ours(new Row("train").put("mode", "eager").put("batch", 128).put("rss_peak_mib", 460.0, 1));
    c.theirs(new Row("train").put("mode", "eager").put("batch", 128).put("rss_peak_mib", 900.0, 1));
    Row row = line(Part.MEMORY, "resident memory, training, batch 128, peak").row();
    assertEquals("no", row.fields().get("held"));
    assertEquals("900 MiB, eager", row.fields().get("peer"));
  }

  @Test
  void everyPartHasItsCasesAndLines() {
    assertEquals(6, Targets.cases(EnumSet.allOf(Part.class), true).size());
    assertEquals(List.of(), Targets.cases(Set.of(Part.STARTS), true));
    assertEquals(1, Targets.cases(Set.of(Part.MEMORY), false).size());
    for (Part part : EnumSet.complementOf(EnumSet.of(Part.JVM))) {
      List<Line> lines = Targets.lines(new Findings(), Set.of(part));
      assertTrue(!lines.isEmpty(), part.toString());
      lines.forEach(l -> assertEquals("not measured: left out", l.row().fields().get("held"), l.what()));
    }
  }
}
