package org.chagres.bench.measure;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A result: named fields in a fixed order, the first of them {@code what}. */
public final class Row {

  private final Map<String, Object> fields = new LinkedHashMap<>();

  /** A row of a kind. */
  public Row(String what) {
    fields.put("what", what);
  }

  /** A row read back. */
  public static Row of(Map<String, Object> fields) {
    Row row = new Row(String.valueOf(fields.get("what")));
    row.fields.putAll(fields);
    return row;
  }

  /** A word. */
  public Row put(String name, String value) {
    fields.put(name, value);
    return this;
  }

  /** A whole number. */
  public Row put(String name, long value) {
    fields.put(name, value);
    return this;
  }

  /** A number, rounded to so many decimals; one that is none at all, such as a share of nothing, is left out. */
  public Row put(String name, double value, int decimals) {
    if (Double.isFinite(value)) {
      fields.put(name, BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN));
    }
    return this;
  }

  /** Name to value (String, Long or BigDecimal; whatever JSON gave, if read back), in order. */
  public Map<String, Object> fields() {
    return Collections.unmodifiableMap(fields);
  }
}
