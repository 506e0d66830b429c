package org.chagres.bench.starts;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.chagres.bench.measure.Row;
import org.chagres.bench.measure.Rows;
import org.chagres.bench.process.FreshJvm;
import org.chagres.bench.process.Output;

/**
 * Rates of the main kernels in many fresh JVMs with default flags and a busy compiler.
 *
 * @param rates kernel to its rate in each start, in the order of the starts
 */
public record FreshStarts(Map<String, List<Double>> rates) {

  /** A kernel is slow in a start where it reaches less than this part of its best. */
  public static final double SLOW = 0.25;

  /**
   * Starts JVMs, one after another.
   *
   * @param count how many
   * @param busyMillis how long each runs its kernels with the compiler kept busy
   * @param calmMillis how long it then goes on without, at least; longer until the compiler rests
   * @param onStart told each start's rates as they come
   */
  public static FreshStarts run(int count, long busyMillis, long calmMillis, Consumer<Row> onStart) {
    List<String> command = FreshJvm.plain(
        "org.chagres.bench", KernelRates.class.getName(),
        List.of(Long.toString(busyMillis), Long.toString(calmMillis)));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Row row = Output.require(command).stream()
          .flatMap(line -> Rows.parse(line).stream())
          .findFirst()
          .orElseThrow(() -> new IllegalStateException("a fresh start printed no rates"));
      rows.add(row);
      onStart.accept(row);
    }
    return of(rows);
  }

  static FreshStarts of(List<Row> rows) {
    Map<String, List<Double>> rates = new LinkedHashMap<>();
    for (Row row : rows) {
      row.fields().forEach((name, value) -> {
        if (value instanceof Number rate) {
          rates.computeIfAbsent(name, n -> new ArrayList<>()).add(rate.doubleValue());
        }
      });
    }
    return new FreshStarts(rates);
  }

  /** In how many starts a kernel is slow. */
  public int slow(String kernel) {
    double best = best(kernel);
    return (int) rates.get(kernel).stream().filter(r -> r < SLOW * best).count();
  }

  /** In how many starts any kernel is slow. */
  public int slow() {
    int starts = rates.values().stream().mapToInt(List::size).max().orElse(0);
    int slow = 0;
    for (int i = 0; i < starts; i++) {
      int start = i;
      if (rates.keySet().stream().anyMatch(k -> rates.get(k).get(start) < SLOW * best(k))) {
        slow++;
      }
    }
    return slow;
  }

  /** A kernel's best rate. */
  public double best(String kernel) {
    return rates.get(kernel).stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** Its worst. */
  public double worst(String kernel) {
    return rates.get(kernel).stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }
}
