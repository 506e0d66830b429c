package org.chagres.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.chagres.bench.measure.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  @Test
  void rowsWithOtherFieldsShareATable(@TempDir Path folder) throws IOException {
    List<Row> rows =
        List.of(new Row("x").put("a", "1|2").put("b", 2), new Row("x").put("a", "3").put("c", 4));
    Report report = new Report("things", "v1").fact("peer", "none").say("Said.").table("rows", rows);
    Path page = report.write(folder.resolve("new"));
    String text = Files.readString(page);
    assertTrue(text.startsWith("# " + report.title() + "\n\n- cpu: "), text);
    assertTrue(text.contains("- ours: v1\n- peer: none\n\nSaid.\n\n| a | b | c |\n| --- | --- | --- |\n"), text);
    assertTrue(text.endsWith("| 1\\|2 | 2 |  |\n| 3 |  | 4 |\n"), text);
    String json = Files.readString(folder.resolve("new").resolve(report.title() + ".json"));
    assertTrue(json.contains("\"rows\"") && json.contains("\"ours\" : \"v1\""), json);
    assertEquals(2, Files.list(page.getParent()).count());
  }
}
