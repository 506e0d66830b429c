package org.chagres.train.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What a run is made of, as it is kept in the run folder and in its checkpoints: the data, the network and how it is trained. What
 * does not change a result (threads, workers) is not among it.
 */
final class RunOptions {

  /** Whether products and convolutions are in bf16; runs of before do not have it. */
  static final String BF16 = "bf16";

  private static final ObjectMapper JSON = new ObjectMapper();

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

  boolean isBf16() {
    return Boolean.parseBoolean(values.get(BF16));
  }

  double number(String name) {
    return parse(name, "a number", Double::parseDouble);
  }

  int integer(String name) {
    return parse(name, "an integer", Integer::parseInt);
  }

  long whole(String name) {
    return parse(name, "an integer", Long::parseLong);
  }

  /** A list of any texts, kept as JSON. */
  RunOptions withList(String name, List<String> texts) {
    try {
      return with(name, JSON.writeValueAsString(texts));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(name + ": cannot be written: " + e.getOriginalMessage(), e);
    }
  }

  /** What {@link #withList} kept. */
  List<String> list(String name) {
    return parse(name, "a list", text -> {
      try {
        return JSON.readValue(text, new TypeReference<List<String>>() {});
      } catch (JacksonException e) {
        throw new IllegalArgumentException(e);
      }
    });
  }

  private <T> T parse(String name, String expected, Function<String, T> parser) {
    String text = text(name);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the run's configuration: " + name + ": expected " + expected + ", found \"" + text + "\"", e);
    }
  }

  Path path(String name) {
    return Path.of(text(name));
  }
}
