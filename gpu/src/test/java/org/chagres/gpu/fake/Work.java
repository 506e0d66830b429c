package org.chagres.gpu.fake;

import java.util.List;

/**
 * Work for a stream, with all it needs read from the caller's memory.
 *
 * @param name what is called, such as {@code memcpy}
 * @param what what must be the same where a graph is updated: a kernel, say
 * @param memory the device's memory that it touches
 * @param late whether it needs no result of what is before it on its stream: it is queued, not done
 * @param body does it
 */
record Work(String name, Object what, List<Block> memory, boolean late, Body body) {

  Work(String name, Object what, List<Block> memory, Body body) {
    this(name, what, memory, false, body);
  }

  /** A point of a stream. */
  static Work mark(String name) {
    return new Work(name, "", List.of(), true, stream -> {});
  }

  /** Runs on the stream that it was submitted to, or the one that a graph is launched on. */
  interface Body {
    void run(FakeStream stream);
  }
}
