package org.chagres.simd.parallel;

import java.util.concurrent.locks.LockSupport;

/**
 * Words that lanes wait on: a lane spins for a while, then says that it sleeps, looks once more, and parks;
 * whoever changes a word looks afterwards for lanes that sleep, and wakes them. Both sides write first and
 * read then, so no change is missed.
 */
final class Signals {
  private static final int SPINS_PER_CLOCK = 32;
  private static final long AWAKE = 0;
  private static final long ASLEEP = 1;

  private final PaddedLongs words;
  private final PaddedLongs sleep;
  private final Thread[] threads;
  private volatile long spinNanos;

  Signals(int words, int lanes, long spinNanos) {
    this.words = new PaddedLongs(words);
    this.sleep = new PaddedLongs(lanes);
    this.threads = new Thread[lanes];
    this.spinNanos = spinNanos;
  }

  /** Names the thread that waits for a lane; null when it has gone. */
  void occupy(int lane, Thread thread) {
    threads[lane] = thread;
  }

  /** Whether the thread is one of a lane's. */
  boolean isOccupiedBy(Thread thread) {
    for (Thread t : threads) {
      if (t == thread) {
        return true;
      }
    }
    return false;
  }

  void spin(long nanos) {
    spinNanos = nanos;
  }

  long get(int word) {
    return words.get(word);
  }

  /**
   * Waits until the word is no longer {@code seen}; returns what it is. Interrupts are kept for later.
   *
   * @param leastNanos how long to spin even if spinning is off
   */
  long await(int word, long seen, int lane, long leastNanos) {
    boolean interrupted = false;
    long value = spin(word, seen, leastNanos);
    while (value == seen) {
      sleep.set(lane, ASLEEP);
      if (words.get(word) == seen) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      sleep.set(lane, AWAKE);
      value = spin(word, seen, leastNanos);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return value;
  }

  /** Sets a word and wakes those of the lanes that sleep. */
  void raise(int word, long value, int fromLane, int toLane) {
    words.set(word, value);
    for (int lane = fromLane; lane < toLane; lane++) {
      if (sleep.get(lane) == ASLEEP && sleep.compareAndSet(lane, ASLEEP, AWAKE)) {
        LockSupport.unpark(threads[lane]);
      }
    }
  }

  private long spin(int word, long seen, long leastNanos) {
    long limit = Math.max(spinNanos, leastNanos);
    long value = words.get(word);
    if (value != seen || limit == 0) {
      return value;
    }
    long start = System.nanoTime();
    do {
      for (int i = 0; i < SPINS_PER_CLOCK; i++) {
        Thread.onSpinWait();
        value = words.get(word);
        if (value != seen) {
          return value;
        }
      }
    } while (System.nanoTime() - start < limit);
    return value;
  }
}
