package org.chagres.bench.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.chagres.bench.measure.Row;
import org.chagres.bench.peers.Case;
import org.chagres.bench.peers.Comparison;

/** What a sitting has measured. */
final class Findings {

  /** Why a part has no figures if nothing went wrong. */
  static final String LEFT_OUT = "left out";

  private final Map<String, Comparison> cases = new LinkedHashMap<>();
  private final Map<Part, String> failures = new LinkedHashMap<>();
  private final Comparison starts = new Comparison();
  private final Comparison jvm = new Comparison();
  private final List<Row> raw = new ArrayList<>();
  private Optional<String> peerMissing = Optional.empty();
  private OptionalInt slowStarts = OptionalInt.empty();
  private int startCount;

  /** Both sides of a case; of nothing if it was not run. */
  Comparison of(Case what) {
    return cases.computeIfAbsent(what.title(), title -> new Comparison());
  }

  void put(Case what, Comparison comparison) {
    cases.put(what.title(), comparison);
  }

  /** Starts of JVMs to their first step. */
  Comparison firstSteps() {
    return starts;
  }

  /** Ours beside other libraries of the JVM. */
  Comparison jvm() {
    return jvm;
  }

  void slowStarts(int slow, int count) {
    slowStarts = OptionalInt.of(slow);
    startCount = count;
  }

  OptionalInt slowStarts() {
    return slowStarts;
  }

  int startCount() {
    return startCount;
  }

  void peerMissing(String why) {
    peerMissing = Optional.of(why);
  }

  void failed(Part part, String why) {
    failures.putIfAbsent(part, why);
  }

  /** Why a part lacks its peer's figures. */
  String why(Part part) {
    return peerMissing.orElse(failures.getOrDefault(part, "the peer printed no such figure"));
  }

  /** Why a part lacks our own figures. */
  String whyOurs(Part part) {
    return failures.getOrDefault(part, LEFT_OUT);
  }

  void tell(Row row) {
    raw.add(row);
  }

  List<Row> raw() {
    return raw;
  }
}
