package org.chagres.bench.peers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.chagres.bench.measure.Row;

/** The figures that rows of both sides carry, and whether less is better. */
public enum Measure {
  /** Images a second. */
  IMG_S(false, "train"),
  /** Microseconds that half of the calls take at most. */
  P50_US(true, "infer"),
  /** Microseconds that 99 of 100 calls take at most. */
  P99_US(true, "infer"),
  /** 10⁹ operations a second. */
  GFLOPS(false, "sgemm"),
  /** The same, forward. */
  FWD_GFLOPS(false, "conv3x3"),
  /** The same, forward and backward. */
  FWD_BWD_GFLOPS(false, "conv3x3"),
  /** Bytes on the Java heap that a run allocates. */
  HEAP_BYTES(true, "train", "infer"),
  /** The most physical memory of the process, in MiB. */
  RSS_PEAK_MIB(true, "train"),
  /** Seconds from the start of the process to the end of the first training step. */
  FIRST_STEP_S(true, "first_step"),
  /** Seconds to 90 % of the final rate, from the start of the process. */
  FULL_SPEED_S(true, "first_step");

  private static final List<String> CASE = List.of("batch", "n", "N", "C", "H", "K");
  private static final List<String> CONTENDER = List.of("mode", "engine", "layout");

  private final boolean lessIsBetter;
  private final Set<String> whats;

  Measure(boolean lessIsBetter, String... whats) {
    this.lessIsBetter = lessIsBetter;
    this.whats = Set.of(whats);
  }

  /** Its name in a row. */
  public String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How many times as good the first is as the second. */
  double ratio(double first, double second) {
    return lessIsBetter ? second / first : first / second;
  }

  static List<Measure> of(String what) {
    return Arrays.stream(values()).filter(m -> m.whats.contains(what)).toList();
  }

  /** What is measured, such as {@code sgemm n=256}. */
  static String subject(Row row) {
    String sizes = CASE.stream()
        .filter(row.fields()::containsKey)
        .map(f -> " " + f + "=" + row.fields().get(f))
        .collect(Collectors.joining());
    return row.fields().get("what") + sizes;
  }

  /** Which way of doing it, such as a mode. */
  static String contender(Row row) {
    String ways = CONTENDER.stream()
        .filter(row.fields()::containsKey)
        .map(f -> row.fields().get(f).toString())
        .collect(Collectors.joining(" "));
    return ways.isEmpty() ? "default" : ways;
  }
}
