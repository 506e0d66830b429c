package org.chagres.gpu.fake;

import java.util.HashMap;
import java.util.Map;

/** How far each stream is known to have come: what is ordered before a point. */
final class Clock {

  private final Map<FakeStream, Long> done = new HashMap<>();

  Clock copy() {
    Clock copy = new Clock();
    copy.done.putAll(done);
    return copy;
  }

  /** One more piece of work on a stream. */
  void tick(FakeStream stream) {
    done.merge(stream, 1L, Long::sum);
  }

  void join(Clock other) {
    other.done.forEach((stream, count) -> done.merge(stream, count, Math::max));
  }

  /** Whether all that is before another point is before this one. */
  boolean covers(Clock other) {
    return other.done.entrySet().stream().allMatch(e -> done.getOrDefault(e.getKey(), 0L) >= e.getValue());
  }
}
