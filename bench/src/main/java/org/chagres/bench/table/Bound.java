package org.chagres.bench.table;

import java.math.BigDecimal;

/**
 * What a value is held against.
 *
 * @param atLeast whether the value must be the limit or more; else the limit or less
 * @param limit to hold
 * @param aim hoped for beyond the limit; the limit itself if nothing is
 */
record Bound(boolean atLeast, double limit, double aim) {

  static Bound atLeast(double limit) {
    return new Bound(true, limit, limit);
  }

  static Bound atMost(double limit) {
    return new Bound(false, limit, limit);
  }

  Bound aim(double further) {
    return new Bound(atLeast, limit, further);
  }

  boolean held(double value) {
    return atLeast ? value >= limit : value <= limit;
  }

  /** How far a value gets: 1 at the limit, more beyond it; NaN where the limit is 0, which has no beyond. */
  double reached(double value) {
    return limit == 0 ? Double.NaN : atLeast ? value / limit : limit / value;
  }

  /** Such as {@code >= 1.8, aim 2.5}. */
  String text(String unit) {
    String after = unit.isEmpty() ? "" : " " + unit;
    String told = (atLeast ? "≥ " : "≤ ") + number(limit) + after;
    return aim == limit ? told : told + ", aim " + number(aim) + after;
  }

  private static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
