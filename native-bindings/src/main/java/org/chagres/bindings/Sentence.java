package org.chagres.bindings;

import java.util.List;
import java.util.stream.Collectors;

/** Lists within sentences. */
final class Sentence {
  private Sentence() {}

  /** {@code a, b, c}. */
  static String list(List<?> items) {
    return items.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  /** {@code a, b and c}. */
  static String and(List<?> items) {
    int last = items.size() - 1;
    return last < 1 ? list(items) : list(items.subList(0, last)) + " and " + items.get(last);
  }
}
