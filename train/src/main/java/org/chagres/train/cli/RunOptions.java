package org.chagres.train.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run is made of, as it is kept in the run folder and in its checkpoints: the data, the network and how it is trained. What
 * does not change a result (threads, workers) is not among it.
 */
final class RunOptions {

  private final Map<String, String> values;

  RunOptions(Map<String, String> values) {
    this.values = new TreeMap<>(values);
  }

  Map<String, String> values() {
    return values;
  }

  RunOptions with(String name, Object value) {
    values.put(name, value.toString());
    return this;
  }

  boolean has(String name) {
    return values.containsKey(name) && !values.get(name).isEmpty();
  }

  String text(String name) {
    String v = values.get(name);
    if (v == null) {
      throw new IllegalArgumentException("the run's configuration lacks " + name);
    }
    return v;
  }

  double number(String name) {
    return Double.parseDouble(text(name));
  }

  int integer(String name) {
    return Integer.parseInt(text(name));
  }

  long whole(String name) {
    return Long.parseLong(text(name));
  }

  boolean flag(String name) {
    return Boolean.parseBoolean(text(name));
  }

  Path path(String name) {
    return Path.of(text(name));
  }
}
