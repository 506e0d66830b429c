package org.chagres.bench.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.measure.Warmup;
import org.chagres.simd.shape.ConvShape;
import org.chagres.train.cli.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command as found through the service loader, on tiny runs. */
class BenchCommandTest {

  private record Ended(int code, String out, String err) {

    List<Row> rows() {
      return out.lines().map(line -> Rows.parse(line).orElseThrow(() -> new AssertionError("no row: " + line)))
          .toList();
    }
  }

  private static Ended run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int code = line.execute(arguments);
    return new Ended(code, out.toString(), err.toString());
  }

  private static double number(Row row, String field) {
    return new BigDecimal(row.fields().get(field).toString()).doubleValue();
  }

  @Test
  void wrongCallsAreTold() {
    assertEquals(2, run("bench").code());
    assertEquals(2, run("bench", "nothing").code());
    for (String job : List.of("train", "infer", "memory")) {
      Ended e = run("bench", job, "--batch", "0");
      assertEquals(2, e.code(), job);
      assertTrue(e.err().contains("--batch: expected 1 or more, got 0"), e.err());
    }
    assertEquals(2, run("bench", "train", "--threads", "-1").code());
    assertEquals(2, run("bench", "train", "--steps", "0").code());
    assertEquals(2, run("bench", "train", "--warm-up", "-1").code());
    assertEquals(2, run("bench", "starts", "--count", "0").code());
    assertEquals(2, run("bench", "firststep", "--batch", "0").code());
    assertEquals(2, run("bench", "table", "--rounds", "0").code());
    assertTrue(run("bench", "table", "--only", "train,x").err().contains("--only: expected parts"));
    assertEquals(2, run("bench", "peers").code());
    assertEquals(2, run("bench", "peers", "--peers", "x", "--job", "x").code());
    assertEquals(2, run("bench", "peers", "--peers", "x", "--job", "ops", "--batch", "2").code());
  }

  @Test
  void aDeviceThatThereIsNotIsAWrongCall() {
    for (String job : List.of("train", "infer", "memory")) {
      Ended e = run("bench", job, "--device", "cuda:99");
      assertEquals(2, e.code(), job);
      assertTrue(e.err().startsWith("chagres: --device cuda:99: "), e.err());
    }
    assertTrue(run("bench", "train", "--bf16").err().contains("--bf16: expected a GPU as --device, got cpu"));
  }

  @Test
  void rowsBecomeAReport(@TempDir Path folder) throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), """
        {"what":"check","check":"op-list","result":"passed"}
        nothing
        {"what":"train","batch":128,"img_s":12.50}
        """);
    Ended e =
        run("bench", "report", rows.toString(), "--name", "gpu", "--fact", "card=one", "--out", folder.toString());
    assertEquals(0, e.code(), e.err());
    String page = Files.readString(Path.of(e.out().strip().substring("report: ".length())));
    for (String part : List.of("- card: one", "## check", "| op-list | passed |", "## train", "| 128 | 12.50 |")) {
      assertTrue(page.contains(part), part + " in " + page);
    }
    assertEquals(2, run("bench", "report", folder.resolve("none").toString()).code());
    Path empty = Files.writeString(folder.resolve("empty"), "nothing\n");
    assertTrue(run("bench", "report", empty.toString()).err().contains("expected rows of JSON, found none"));
  }

  @Test
  void aFolderWithoutPeersIsTold(@TempDir Path empty) {
    Ended e = run("bench", "peers", "--peers", empty.toString());
    assertEquals(1, e.code());
    assertTrue(e.err().contains("--peers: expected a folder with setup.sh, got " + empty), e.err());
  }

  @Test
  void trainingPrintsThePeersFields() {
    Ended e = run("bench", "train", "--batch", "1", "--steps", "2", "--threads", "1", "--warm-up", "0.2", "--json");
    assertEquals(0, e.code(), e.err());
    Row row = e.rows().getFirst();
    assertEquals(
        List.of(
            "what", "mode", "batch", "threads", "ms_step", "img_s", "best_img_s", "share_of_peak", "peak_gflops",
            "heap_bytes", "rss_peak_mib"),
        List.copyOf(row.fields().keySet()));
    assertEquals("train", row.fields().get("what"));
    assertEquals(1, number(row, "batch"));
    assertEquals(1, number(row, "threads"));
    assertEquals(1000 / number(row, "ms_step"), number(row, "img_s"), 0.06 + 1e-3 * number(row, "img_s"));
    assertTrue(number(row, "best_img_s") >= number(row, "img_s"), e.out());
  }

  @Test
  void inferencePrintsThePeersFields() {
    Ended e = run("bench", "infer", "--runs", "5", "--threads", "1", "--warm-up", "0.2", "--json");
    assertEquals(0, e.code(), e.err());
    Row row = e.rows().getFirst();
    assertEquals(
        List.of(
            "what", "engine", "batch", "threads", "p50_us", "p99_us", "share_of_peak", "peak_gflops", "heap_bytes"),
        List.copyOf(row.fields().keySet()));
    assertTrue(number(row, "p99_us") >= number(row, "p50_us") && number(row, "p50_us") > 0, e.out());
  }

  @Test
  void opsPrintThePeersFields() {
    OpsJob.Setting setting = new OpsJob.Setting(1, 100, new Warmup(1, 0, 1, 1));
    assertEquals(
        List.of("what", "n", "threads", "gflops", "share_of_peak", "peak_gflops"),
        List.copyOf(OpsJob.product(16, setting).fields().keySet()));
    Row row = OpsJob.convolution(ConvShape.of(2, 3, 8, 8, 5, 3, 1, 1), setting);
    assertEquals(
        List.of(
            "what", "N", "C", "H", "K", "layout", "threads", "fwd_gflops", "fwd_bwd_gflops", "share_of_peak",
            "fwd_bwd_share_of_peak", "peak_gflops"),
        List.copyOf(row.fields().keySet()));
    assertEquals(List.of(2L, 3L, 8L, 5L), List.copyOf(row.fields().values()).subList(1, 5));
    assertTrue(number(row, "fwd_gflops") >= 0, row.fields().toString());
  }

  @Test
  void memoryPassesOrSaysWhyNot() {
    Ended e = run(
        "bench", "memory", "--batch", "1", "--steps", "2", "--settle", "2", "--threads", "1", "--warm-up", "0.2",
        "--json");
    Row row = e.rows().getFirst();
    assertEquals(e.code() == 0 ? "passed" : "failed", row.fields().get("result"));
    assertEquals(e.code() == 0, e.err().isEmpty(), e.err());
    assertEquals(0, number(row, "system_calls"));
    assertTrue(number(row, "pool_peak") >= number(row, "pool_live"), e.out());
    assertTrue(number(row, "heap_bytes_step") > 0, e.out());
  }

  @Test
  void withoutJsonAHeadingStandsOverTheFigures() {
    Ended e = run("bench", "infer", "--runs", "1", "--threads", "1", "--warm-up", "0.2");
    List<String> lines = e.out().lines().toList();
    assertEquals(2, lines.size(), e.out());
    assertEquals(lines.get(0).indexOf("p50_us") + 6, lines.get(1).indexOf('.') + 2, e.out());
  }
}
