package org.chagres.bench.measure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where results go as they come. */
@FunctionalInterface
public interface Rows {

  /** One more. */
  void add(Row row);

  /** One JSON object a line. */
  static Rows json(PrintWriter out) {
    return row -> {
      out.println(Json.write(row));
      out.flush();
    };
  }

  /** Columns under a heading, which is repeated when other fields come. */
  static Rows table(PrintWriter out) {
    return new Table(out);
  }

  /** All rows at once, each column as wide as its widest cell, the first of them at the left. */
  static void aligned(PrintWriter out, List<Row> rows) {
    Map<String, Integer> widths = new LinkedHashMap<>();
    rows.forEach(row -> row.fields().forEach((name, value) -> widths.merge(
        name, Math.max(name.length(), value.toString().length()), Math::max)));
    widths.remove("what");
    Map<String, Object> heading = new LinkedHashMap<>();
    widths.keySet().forEach(name -> heading.put(name, name));
    List<Map<String, Object>> lines = new ArrayList<>(List.of(heading));
    rows.forEach(row -> lines.add(row.fields()));
    for (Map<String, Object> line : lines) {
      StringBuilder text = new StringBuilder();
      widths.forEach((name, width) -> {
        String format = text.isEmpty() ? "%-" + width + "s" : "  %" + width + "s";
        text.append(String.format(Locale.ROOT, format, line.getOrDefault(name, "")));
      });
      out.println(text.toString().stripTrailing());
    }
    out.flush();
  }

  /** The row of a line of JSON, if it is one. */
  static Optional<Row> parse(String line) {
    return Json.read(line);
  }

  /** Rows as text and back. */
  final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
        .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .build();

    private Json() {}

    private static String write(Row row) {
      try {
        return MAPPER.writeValueAsString(row.fields());
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("row " + row.fields() + " is no JSON", e);
      }
    }

    private static Optional<Row> read(String line) {
      if (!line.startsWith("{")) {
        return Optional.empty();
      }
      try {
        return Optional.of(Row.of(MAPPER.readValue(line, new TypeReference<LinkedHashMap<String, Object>>() {})));
      } catch (JsonProcessingException e) {
        return Optional.empty();
      }
    }
  }

  /** A table that grows downwards: widths are those of the headings, and no less than {@link #LEAST}. */
  final class Table implements Rows {

    private static final int LEAST = 9;

    private final PrintWriter out;
    private Set<String> heading = Set.of();

    private Table(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void add(Row row) {
      if (!heading.equals(row.fields().keySet())) {
        heading = row.fields().keySet();
        heading.forEach(name -> cell(name, name));
        out.println();
      }
      row.fields().forEach((name, value) -> cell(name, value.toString()));
      out.println();
      out.flush();
    }

    private void cell(String name, String value) {
      out.printf(Locale.ROOT, "%" + Math.max(LEAST, name.length()) + "s  ", value);
    }
  }
}
