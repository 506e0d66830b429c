package org.chagres.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.chagres.bench.measure.Row;

/** A dated result as a page to read and a file to compute with. */
public final class Report {

  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HHmm", Locale.ROOT);

  private final String title;
  private final Map<String, String> facts = new LinkedHashMap<>(Machine.facts());
  private final StringBuilder page = new StringBuilder();
  private final Map<String, Object> content = new LinkedHashMap<>();

  /**
   * A report of now.
   *
   * @param what such as {@code peers-train-t2-b128}
   * @param version ours
   */
  public Report(String what, String version) {
    this.title = LocalDateTime.now().format(STAMP) + "-" + what;
    facts.put("ours", version);
  }

  /** Such as {@code 2026-01-31T1200-peers-train-t2-b128}: what its files are called. */
  public String title() {
    return title;
  }

  /** Something to know about all of it. */
  public Report fact(String name, String value) {
    facts.put(name, value);
    return this;
  }

  /** A paragraph of the page. */
  public Report say(String paragraph) {
    page.append('\n').append(paragraph).append('\n');
    return this;
  }

  /** A table on the page, and its rows in the file. */
  public Report table(String name, List<Row> rows) {
    raw(name, rows);
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(r -> r.fields().keySet().stream().skip(1).forEach(columns::add));
    if (!rows.isEmpty()) {
      page.append('\n').append(line(columns.stream().toList()));
      page.append(line(columns.stream().map(column -> "---").toList()));
      rows.forEach(
          r -> page.append(line(columns.stream().map(c -> r.fields().getOrDefault(c, "").toString()).toList())));
    }
    return this;
  }

  /** Rows of the file alone. */
  public Report raw(String name, List<Row> rows) {
    content.put(name, rows.stream().map(Row::fields).toList());
    return this;
  }

  /** Writes {@code .md} and {@code .json}; returns the page's path. */
  public Path write(Path folder) {
    Path file = folder.resolve(title + ".md");
    try {
      makeFolder(folder);
      Files.writeString(file, markdown());
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("facts", facts);
      all.putAll(content);
      ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
      Files.writeString(folder.resolve(title + ".json"), json.writeValueAsString(all) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot write the report: " + e.getMessage(), e);
    }
    return file;
  }

  /** Makes the folder that a report goes to, if it is not there. */
  public static void makeFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot be made: " + e.getMessage(), e);
    }
  }

  /** The page. */
  String markdown() {
    String list = facts.entrySet().stream()
        .map(e -> "- " + e.getKey() + ": " + e.getValue() + "\n")
        .collect(Collectors.joining());
    return "# " + title + "\n\n" + list + page;
  }

  private static String line(List<String> cells) {
    return cells.stream().map(c -> c.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
