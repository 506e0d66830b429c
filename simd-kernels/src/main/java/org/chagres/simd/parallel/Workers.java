package org.chagres.simd.parallel;

/** Stand-in until the pool lands: runs jobs on the caller. */
public final class Workers {
  private static final Workers SHARED = new Workers(1);
  private final int threads;

  private Workers(int threads) {
    this.threads = threads;
  }

  /** The process's workers. */
  public static Workers shared() {
    return SHARED;
  }

  /** Workers of their own. */
  public static Workers of(int threads) {
    return new Workers(threads);
  }

  /** How many threads work. */
  public int threads() {
    return threads;
  }

  /** Runs a job to its end. */
  public void run(Job job) {
    try (var arena = java.lang.foreign.Arena.ofConfined()) {
      long local = arena.allocate(Math.max(64, job.localBytes()), 64).address();
      long shared = arena.allocate(Math.max(64, job.sharedBytes()), 64).address();
      for (int p = 0; p < job.phases(); p++) {
        for (int c = 0; c < job.chunks(p); c++) {
          job.run(p, c, local, shared);
        }
      }
    }
  }
}
