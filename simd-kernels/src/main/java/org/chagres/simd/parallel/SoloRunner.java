package org.chagres.simd.parallel;

import java.util.concurrent.atomic.AtomicReferenceArray;

/** Runs jobs on the calling thread alone, any number of callers at once, each with scratch of its own. */
final class SoloRunner {
  /** How many scratches are kept for later; more callers than this at once make and free their own. */
  private static final int KEPT = 16;

  private final AtomicReferenceArray<Scratch> kept = new AtomicReferenceArray<>(KEPT);
  private volatile boolean closed;

  void run(Job job) {
    if (job.localBytes() <= 0 && job.sharedBytes() <= 0) {
      runChunks(job, 0, 0);
      return;
    }
    Scratch scratch = borrow();
    try {
      scratch.fit(job);
      runChunks(job, scratch.local(0), scratch.shared());
    } finally {
      giveBack(scratch);
    }
  }

  /** Frees what is kept; a job still running frees its own when it ends. */
  void close() {
    closed = true;
    for (int i = 0; i < KEPT; i++) {
      Scratch scratch = kept.getAndSet(i, null);
      if (scratch != null) {
        scratch.free();
      }
    }
  }

  private static void runChunks(Job job, long local, long shared) {
    int phases = job.phases();
    for (int phase = 0; phase < phases; phase++) {
      int chunks = job.chunks(phase);
      for (int chunk = 0; chunk < chunks; chunk++) {
        job.run(phase, chunk, local, shared);
      }
    }
  }

  private Scratch borrow() {
    for (int i = 0; i < KEPT; i++) {
      if (kept.get(i) != null) {
        Scratch scratch = kept.getAndSet(i, null);
        if (scratch != null) {
          return scratch;
        }
      }
    }
    return new Scratch(1);
  }

  private void giveBack(Scratch scratch) {
    for (int i = 0; i < KEPT; i++) {
      if (kept.get(i) == null && kept.compareAndSet(i, null, scratch)) {
        if (closed && kept.compareAndSet(i, scratch, null)) {
          scratch.free();
        }
        return;
      }
    }
    scratch.free();
  }
}
