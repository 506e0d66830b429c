package org.chagres.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static Row row(String json) {
    return Rows.parse(json).orElseThrow();
  }

  @Test
  void mediansAreComparedByWay() {
    Comparison c = new Comparison();
    for (int images : new int[] {90, 1000, 100}) {
      c.theirs(
          row("{\"what\": \"train\", \"mode\": \"eager\", \"batch\": 8, \"threads\": 2, \"img_s\": " + images + "}"));
      c.theirs(row("{\"what\": \"train\", \"mode\": \"compile\", \"batch\": 8, \"img_s\": " + 2 * images + "}"));
      c.ours(new Row("train").put("mode", "eager").put("batch", 8).put("img_s", 3.0 * images, 1));
    }
    c.theirs(row("{\"what\": \"train\", \"mode\": \"broken\", \"error\": \"no\"}"));
    List<Row> rows = c.rows();
    assertEquals(2, rows.size());
    assertEquals(
        "{what=compare, subject=train batch=8, figure=img_s, peer=eager, ours=300.0, theirs=100.0, "
            + "ratio=3.00, best_peer=no}",
        rows.get(0).fields().toString());
    assertEquals("compile", rows.get(1).fields().get("peer"));
    assertEquals("1.50", rows.get(1).fields().get("ratio").toString());
    assertEquals("yes", rows.get(1).fields().get("best_peer"));
  }

  @Test
  void lessTimeIsBetter() {
    Comparison c = new Comparison();
    c.theirs(row("{\"what\": \"infer\", \"engine\": \"a\", \"batch\": 1, \"p50_us\": 1400.0, \"p99_us\": 1500.0}"));
    c.theirs(row("{\"what\": \"infer\", \"engine\": \"b\", \"batch\": 1, \"p50_us\": 700.0, \"p99_us\": 3000.0}"));
    c.ours(new Row("infer").put("engine", "chagres").put("batch", 1).put("p50_us", 350.0, 1).put("p99_us", 500.0, 1));
    List<String> told = c.rows().stream()
        .map(r -> r.fields().get("figure") + " " + r.fields().get("peer") + " " + r.fields().get("ratio") + " "
            + r.fields().get("best_peer"))
        .toList();
    assertEquals(List.of("p50_us a 4.00 no", "p50_us b 2.00 yes", "p99_us a 3.00 yes", "p99_us b 6.00 no"), told);
  }

  @Test
  void productsAndConvolutionsMeetBySize() {
    Comparison c = new Comparison();
    c.theirs(row("{\"what\": \"sgemm\", \"n\": 256, \"threads\": 1, \"gflops\": 50.0}"));
    c.theirs(row("{\"what\": \"sgemm\", \"n\": 512, \"threads\": 1, \"gflops\": 60.0}"));
    c.ours(new Row("sgemm").put("n", 256).put("gflops", 55.0, 1));
    assertEquals(1, c.rows().size());
    assertEquals("1.10", c.rows().getFirst().fields().get("ratio").toString());
  }
}
