package org.chagres.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.chagres.bench.measure.Row;

/** The rows of both sides brought together: for each subject and figure, our median and each of theirs. */
final class Comparison {

  private record Figure(String subject, Measure measure) {}

  private final Map<Figure, List<Double>> ours = new LinkedHashMap<>();
  private final Map<Figure, Map<String, List<Double>>> theirs = new LinkedHashMap<>();

  /** A row of ours. */
  void ours(Row row) {
    each(row, (figure, value) -> ours.computeIfAbsent(figure, f -> new ArrayList<>()).add(value));
  }

  /** A row of theirs. */
  void theirs(Row row) {
    each(row, (figure, value) -> theirs.computeIfAbsent(figure, f -> new LinkedHashMap<>())
        .computeIfAbsent(Measure.contender(row), c -> new ArrayList<>())
        .add(value));
  }

  private static void each(Row row, BiConsumer<Figure, Double> action) {
    for (Measure m : Measure.of(row.fields().get("what").toString())) {
      if (row.fields().get(m.field()) instanceof Number value) {
        action.accept(new Figure(Measure.subject(row), m), value.doubleValue());
      }
    }
  }

  /**
   * A row for each of their ways, and our ratio to it: over 1 where ours is better. The best of their ways is marked.
   *
   * @return in the order in which ours came; what only one side measured is left out
   */
  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    ours.forEach((figure, values) -> {
      double mine = median(values);
      Map<String, List<Double>> ways = theirs.getOrDefault(figure, Map.of());
      Optional<Double> best = ways.values().stream()
          .map(Comparison::median)
          .reduce((a, b) -> figure.measure.ratio(a, b) >= 1 ? a : b);
      ways.forEach((way, theirValues) -> {
        double other = median(theirValues);
        rows.add(new Row("compare")
            .put("subject", figure.subject)
            .put("figure", figure.measure.field())
            .put("peer", way)
            .put("ours", mine, 1)
            .put("theirs", other, 1)
            .put("ratio", figure.measure.ratio(mine, other), 2)
            .put("best_peer", best.filter(b -> b == other).isPresent() ? "yes" : "no"));
      });
    });
    return rows;
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
