package org.chagres.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.chagres.bench.measure.Row;

/** The rows of both sides brought together: for each subject and figure, our median and each of theirs. */
public final class Comparison {

  /**
   * Our figure and their best.
   *
   * @param ours median of ours
   * @param way which way of theirs; empty if there is none
   * @param theirs its median; NaN if there is none
   */
  public record Pair(double ours, String way, double theirs) {

    /** Ours for each one of theirs, whichever is better; NaN if there is none of theirs. */
    public double quotient() {
      return ours / theirs;
    }
  }

  private record Figure(String subject, Measure measure) {}

  private final Map<Figure, List<Double>> ours = new LinkedHashMap<>();
  private final Map<Figure, Map<String, List<Double>>> theirs = new LinkedHashMap<>();

  /** Of no rows yet. */
  public Comparison() {}

  /** A row of ours. */
  public void ours(Row row) {
    each(row, (figure, value) -> ours.computeIfAbsent(figure, f -> new ArrayList<>()).add(value));
  }

  /** A row of theirs. */
  public void theirs(Row row) {
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

  /** What we measured of a figure, in the order in which it came. */
  public List<String> subjects(Measure measure) {
    return ours.keySet().stream().filter(f -> f.measure == measure).map(Figure::subject).distinct().toList();
  }

  /**
   * Ours beside the best of theirs; empty if we did not measure it.
   *
   * @param way which of their ways count
   */
  public Optional<Pair> pair(String subject, Measure measure, Predicate<String> way) {
    Figure figure = new Figure(subject, measure);
    List<Double> mine = ours.getOrDefault(figure, List.of());
    if (mine.isEmpty()) {
      return Optional.empty();
    }
    Pair none = new Pair(median(mine), "", Double.NaN);
    return Optional.of(theirs.getOrDefault(figure, Map.of()).entrySet().stream()
        .filter(e -> way.test(e.getKey()))
        .map(e -> new Pair(none.ours, e.getKey(), median(e.getValue())))
        .reduce((a, b) -> measure.ratio(a.theirs, b.theirs) >= 1 ? a : b)
        .orElse(none));
  }

  /**
   * A row for each of their ways, and our ratio to it: over 1 where ours is better. The best of their ways is marked.
   *
   * @return in the order in which ours came; what only one side measured is left out
   */
  public List<Row> rows() {
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
