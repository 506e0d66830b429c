package org.chagres.bench.peers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.chagres.bench.measure.Row;

/** The figures that rows of both sides carry, and whether less is better. */
enum Measure {
  IMG_S("train", false),
  P50_US("infer", true),
  P99_US("infer", true),
  GFLOPS("sgemm", false),
  FWD_GFLOPS("conv3x3", false),
  FWD_BWD_GFLOPS("conv3x3", false);

  private static final List<String> CASE = List.of("batch", "n", "N", "C", "H", "K");
  private static final List<String> CONTENDER = List.of("mode", "engine", "layout");

  private final String what;
  private final boolean lessIsBetter;

  Measure(String what, boolean lessIsBetter) {
    this.what = what;
    this.lessIsBetter = lessIsBetter;
  }

  String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean lessIsBetter() {
    return lessIsBetter;
  }

  /** How many times as good the first is as the second. */
  double ratio(double first, double second) {
    return lessIsBetter ? second / first : first / second;
  }

  static List<Measure> of(String what) {
    return Arrays.stream(values()).filter(m -> m.what.equals(what)).toList();
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
