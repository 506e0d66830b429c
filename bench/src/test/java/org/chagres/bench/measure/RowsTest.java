package org.chagres.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RowsTest {

  private static final Row ROW =
      new Row("train").put("mode", "a \"b\"").put("batch", 128).put("ms_step", 1234.5678, 2).put("big", 12345678.0, 1);

  @Test
  void jsonIsPlainWhateverTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      StringWriter out = new StringWriter();
      Rows.json(new PrintWriter(out)).add(ROW);
      assertEquals(
          "{\"what\":\"train\",\"mode\":\"a \\\"b\\\"\",\"batch\":128,\"ms_step\":1234.57,\"big\":12345678.0}",
          out.toString().strip());
      Row back = Rows.parse(out.toString().strip()).orElseThrow();
      assertEquals(List.copyOf(ROW.fields().keySet()), List.copyOf(back.fields().keySet()));
      assertEquals("1234.57", back.fields().get("ms_step").toString());
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void otherLinesAreNoRows() {
    assertTrue(Rows.parse("WARNING: {}").isEmpty());
    assertTrue(Rows.parse("{half").isEmpty());
    assertTrue(Rows.parse("").isEmpty());
  }

  @Test
  void aTableRepeatsItsHeadingOnlyForOtherFields() {
    StringWriter out = new StringWriter();
    Rows table = Rows.table(new PrintWriter(out));
    table.add(ROW);
    table.add(ROW);
    table.add(new Row("infer").put("n", 1));
    assertEquals(5, out.toString().lines().count());
  }

  @Test
  void whatIsNoNumberIsLeftOut() {
    assertEquals(List.of("what"), List.copyOf(new Row("x").put("share", Double.NaN, 1).fields().keySet()));
  }
}
