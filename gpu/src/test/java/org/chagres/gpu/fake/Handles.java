package org.chagres.gpu.fake;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The handles that were given out. A number is never used twice, so that use after destruction is seen. */
final class Handles {

  /** No address of this process: nothing is mapped that high. */
  private static final long FIRST = 0x7fff_f000_0000_0000L;

  private static final int STEP = 16;

  private final Map<Long, Owned> live = new LinkedHashMap<>();
  private final Map<Long, String> destroyed = new HashMap<>();
  private long next = FIRST;

  MemorySegment give(Owned object) {
    long address = next;
    next += STEP;
    live.put(address, object);
    return MemorySegment.ofAddress(address);
  }

  /** What stands behind a handle. */
  <T extends Owned> T get(Class<T> type, MemorySegment handle) {
    Owned object = live.get(handle.address());
    if (type.isInstance(object)) {
      return type.cast(object);
    }
    String was = destroyed.getOrDefault(handle.address(), "");
    throw Refusal.handle(object != null ? "expected a " + type.getSimpleName() + ", got a " + object.kind()
        : !was.isEmpty() ? "a " + was + " is used that was destroyed"
            : "no " + type.getSimpleName() + " has the handle 0x" + Long.toHexString(handle.address()));
  }

  <T extends Owned> T destroy(Class<T> type, MemorySegment handle) {
    T object = get(type, handle);
    live.remove(handle.address());
    destroyed.put(handle.address(), object.kind());
    return object;
  }

  <T extends Owned> List<T> all(Class<T> type) {
    return live.values().stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** How many of each kind are live. */
  Map<String, Integer> count() {
    Map<String, Integer> counts = new TreeMap<>();
    live.values().forEach(object -> counts.merge(object.kind(), 1, Integer::sum));
    return counts;
  }
}
