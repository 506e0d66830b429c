package org.chagres.bench.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.chagres.bench.measure.Row;

/** A dated result as a page to read and a file to compute with. */
public final class Report {

  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HHmm", Locale.ROOT);

  private final String title;
  private final Map<String, String> facts;
  private final SideBySide.Result result;

  /**
   * A report of now.
   *
   * @param version ours
   * @param sides what was run
   * @param rounds how often
   * @param result what came of it
   */
  public Report(String version, SideBySide sides, int rounds, SideBySide.Result result) {
    String stamp = LocalDateTime.now().format(STAMP);
    String batch = sides.batch() > 0 ? "-b" + sides.batch() : "";
    this.title = stamp + "-peers-" + sides.job().title() + "-t" + sides.threads() + batch;
    this.facts = new LinkedHashMap<>(Machine.facts());
    this.result = result;
    facts.put("ours", version);
    facts.put("peer", result.peer());
    facts.put("threads", Integer.toString(sides.threads()));
    facts.put("rounds", rounds + ", peer and ours in turn, medians");
  }

  /** Writes {@code .md} and {@code .json}; returns the page's path. */
  public Path write(Path folder) {
    Path page = folder.resolve(title + ".md");
    try {
      Files.createDirectories(folder);
      Files.writeString(page, markdown());
      Map<String, Object> all = new LinkedHashMap<>();
      all.put("facts", facts);
      all.put("compared", fields(result.compared()));
      all.put("raw", fields(result.raw()));
      ObjectMapper json = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
      Files.writeString(folder.resolve(title + ".json"), json.writeValueAsString(all) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(folder + ": cannot write the report: " + e.getMessage(), e);
    }
    return page;
  }

  private String markdown() {
    StringBuilder page = new StringBuilder("# " + title + "\n\n");
    facts.forEach((name, value) -> page.append("- ").append(name).append(": ").append(value).append('\n'));
    page.append(
        "\nA ratio over 1 says that ours is better. Figures whose name ends in `_us` are times, the others rates.\n");
    List<Row> rows = result.compared();
    if (!rows.isEmpty()) {
      page.append('\n').append(line(List.copyOf(rows.getFirst().fields().keySet())));
      page.append(line(rows.getFirst().fields().keySet().stream().map(name -> "---").toList()));
      rows.forEach(r -> page.append(line(r.fields().values().stream().map(Object::toString).toList())));
    }
    return page.toString();
  }

  private static String line(List<String> cells) {
    return cells.stream().skip(1).collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static List<Map<String, Object>> fields(List<Row> rows) {
    return rows.stream().map(Row::fields).toList();
  }
}
