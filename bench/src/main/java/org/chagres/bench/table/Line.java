package org.chagres.bench.table;

import java.util.Locale;
import java.util.OptionalDouble;
import org.chagres.bench.measure.Row;
import org.chagres.bench.peers.Comparison;

/**
 * A target and what came of it.
 *
 * @param what is measured
 * @param ours our figure with its unit; empty if there is none
 * @param peer what it is held against; empty if nothing
 * @param value what the bound judges; empty if it was not measured, or the peer is missing
 * @param quotient whether the value is ours for each one of the peer's, else a figure of ours
 * @param bound the target
 * @param unit of the bound
 * @param note why there is no value
 */
record Line(
    String what, String ours, String peer, OptionalDouble value, boolean quotient, Bound bound, String unit,
    String note) {

  /** What came of a target. */
  enum Verdict {
    HELD,
    MISSED,
    NOT_MEASURED
  }

  /** Not measured, or only half of it. */
  static Line missing(String what, String ours, Bound bound, String why) {
    return new Line(what, ours, "", OptionalDouble.empty(), false, bound, "", why);
  }

  /** Ours for each one of theirs. */
  static Line quotient(String what, Comparison.Pair pair, String unit, Bound bound) {
    double value = pair.quotient();
    return new Line(
        what, figure(pair.ours(), unit), figure(pair.theirs(), unit) + ", " + pair.way(), OptionalDouble.of(value),
        true, bound, "×", "");
  }

  /** A figure of ours alone. */
  static Line absolute(String what, double ours, String unit, Bound bound) {
    return new Line(what, figure(ours, unit), "", OptionalDouble.of(ours), false, bound, unit, "");
  }

  /** One figure of ours for each one of another of ours. */
  static Line own(String what, double ours, double other, String unit, Bound bound) {
    return new Line(
        what, figure(ours, unit), figure(other, unit) + ", ours", OptionalDouble.of(ours / other), true, bound, "×",
        "");
  }

  /** The mean of quotients. */
  static Line mean(String what, double value, Bound bound) {
    return new Line(what, "", "", OptionalDouble.of(value), true, bound, "×", "");
  }

  /** The same beside a peer's figure that the bound does not speak of. */
  Line beside(Comparison.Pair pair, String peerUnit) {
    return pair.way().isEmpty()
        ? this
        : new Line(
            what, ours, figure(pair.theirs(), peerUnit) + ", " + pair.way(), value, quotient, bound, unit, note);
  }

  Verdict verdict() {
    if (value.isEmpty() || Double.isNaN(value.getAsDouble())) {
      return Verdict.NOT_MEASURED;
    }
    return bound.held(value.getAsDouble()) ? Verdict.HELD : Verdict.MISSED;
  }

  /** How far the value gets: 1 at the limit; NaN if that cannot be said. */
  double reached() {
    return value.isPresent() ? bound.reached(value.getAsDouble()) : Double.NaN;
  }

  /** The figures in a few words, such as {@code 2.31 × (≥ 1.8 ×)}. */
  String told() {
    String told = quotient && value.isPresent() ? number(value.getAsDouble(), 2) + " ×" : ours;
    return told + "  (" + bound.text(unit) + ")";
  }

  /** For the table. */
  Row row() {
    return new Row("target")
        .put("measured", what)
        .put("ours", ours)
        .put("peer", peer)
        .put("ratio", quotient && value.isPresent() ? number(value.getAsDouble(), 2) : "")
        .put("target", bound.text(unit))
        .put("held", switch (verdict()) {
          case HELD -> "yes";
          case MISSED -> "no";
          case NOT_MEASURED -> "not measured: " + note;
        });
  }

  private static String figure(double value, String unit) {
    int decimals = value == Math.rint(value) ? 0 : Math.abs(value) < 10 ? 2 : 1;
    return number(value, decimals) + " " + unit;
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
