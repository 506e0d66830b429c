package org.chagres.gpu.fake;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** What was called, what is to fail, what went wrong. */
final class Journal {

  private static final int MOST_CALLS = 1 << 16;
  private static final int MOST_PROBLEMS = 1000;

  private final Map<String, Long> counts = new TreeMap<>();
  private final ArrayDeque<String> calls = new ArrayDeque<>();
  private final List<String> problems = new ArrayList<>();
  private final Map<String, Map<Long, Integer>> failures = new HashMap<>();
  private String text = "";

  /** Notes a call; the code that it has to fail with, if it has to. */
  synchronized OptionalInt enter(String function) {
    long number = counts.merge(function, 1L, Long::sum);
    if (calls.size() == MOST_CALLS) {
      calls.removeFirst();
    }
    calls.add(function);
    Integer code = failures.getOrDefault(function, Map.of()).get(number);
    return code == null ? OptionalInt.empty() : OptionalInt.of(code);
  }

  /** Lets the n-th call from now on fail. */
  synchronized void fail(String function, int n, int code) {
    if (n < 1) {
      throw new IllegalArgumentException("call: expected 1 or more, got " + n);
    }
    failures.computeIfAbsent(function, f -> new HashMap<>()).put(counts.getOrDefault(function, 0L) + n, code);
  }

  synchronized void problem(String text) {
    if (problems.size() < MOST_PROBLEMS) {
      problems.add(text);
    }
  }

  /** What a library's last failed call has to say. */
  synchronized void text(String of) {
    text = of;
  }

  /** That text, once. */
  synchronized String takeText() {
    String taken = text;
    text = "";
    return taken;
  }

  synchronized long count(String function) {
    return counts.getOrDefault(function, 0L);
  }

  synchronized Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }

  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  synchronized void forgetCalls() {
    calls.clear();
  }

  synchronized List<String> problems() {
    return List.copyOf(problems);
  }
}
