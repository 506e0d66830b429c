package org.chagres.simd.parallel;

import java.util.concurrent.atomic.AtomicLongArray;

/** Shared words, each on cache lines of its own: two, as processors fetch lines in pairs. */
final class PaddedLongs {
  private static final int STRIDE = 16;
  private final AtomicLongArray words;

  PaddedLongs(int count) {
    // One more stride before and behind, against what else lies on the heap.
    words = new AtomicLongArray((count + 2) * STRIDE);
  }

  long get(int index) {
    return words.get((index + 1) * STRIDE);
  }

  void set(int index, long value) {
    words.set((index + 1) * STRIDE, value);
  }

  boolean compareAndSet(int index, long expected, long value) {
    return words.compareAndSet((index + 1) * STRIDE, expected, value);
  }

  long addAndGet(int index, long more) {
    return words.addAndGet((index + 1) * STRIDE, more);
  }
}
