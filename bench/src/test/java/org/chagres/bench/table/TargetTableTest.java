package org.chagres.bench.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.chagres.bench.measure.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetTableTest {

  @Test
  void noPartsMakeAnEmptyReport(@TempDir Path folder) throws IOException {
    List<Row> told = new ArrayList<>();
    TargetTable.Result result =
        new TargetTable(EnumSet.noneOf(Part.class), 1, true, told::add).torch(Optional.empty()).run("v", folder);
    assertEquals(List.of(), told);
    assertEquals(0, result.missed() + result.unknown());
    assertTrue(Files.readString(result.page()).contains("- peer: none\n"));
  }

  @Test
  void aChartIsDrawnOfWhatWasMeasured(@TempDir Path folder) throws IOException {
    Line held = Line.absolute("resident memory", 300, "MiB", Bound.atMost(450));
    Line missed = Line.absolute("first step", 3, "s", Bound.atMost(1.5));
    Line zero = Line.absolute("heap", 0, "B", Bound.atMost(0));
    Line none = Line.missing("other", "", Bound.atLeast(1), "left out");
    Path picture = folder.resolve("new").resolve("x.png");
    assertTrue(TargetTable.chart(picture, List.of(held, missed, zero, none)).orElseThrow().startsWith("!["));
    assertTrue(Files.size(picture) > 1000);
    assertEquals(Optional.empty(), TargetTable.chart(folder.resolve("y.png"), List.of(zero, none)));
  }
}
