package org.chagres.bench.peak;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;

/**
 * The arithmetic peak of as many threads as work, measured in passing: what other figures of the same run are shares
 * of.
 */
public final class Peak {

  private static final int WARM_RUNS = 400;
  private static final int CHUNKS_PER_THREAD = 4;
  private static final int RUNS_PER_CHUNK = 100;
  private static final int GOES = 40;
  private static final double BETTER = 0.98;

  private static volatile float unusedSink;

  private Peak() {}

  /**
   * Floating-point operations a nanosecond, that is GFLOP/s, of all threads together; an FMA counts as two. Takes
   * some tens of milliseconds on the workers; the best go counts, since nothing can make a go too fast.
   */
  public static double gflops(Workers workers) {
    for (int i = 0; i < WARM_RUNS; i++) {
      unusedSink = FmaLoop.run(0.999f, 0.001f);
    }
    int chunks = CHUNKS_PER_THREAD * workers.threads();
    Job loops = new Loops(chunks);
    long best = Long.MAX_VALUE;
    // The loop may not be compiled at first: it goes on while that makes goes faster.
    for (int since = 0; since < GOES; since++) {
      long start = System.nanoTime();
      workers.run(loops);
      long time = System.nanoTime() - start;
      if (time < best * BETTER) {
        since = 0;
      }
      best = Math.min(best, time);
    }
    return (double) chunks * RUNS_PER_CHUNK * FmaLoop.FLOP / best;
  }

  /** As many chunks as share out evenly: nothing here has to have the same bits with any number of threads. */
  private static final class Loops extends Job {

    private final int chunks;

    Loops(int chunks) {
      this.chunks = chunks;
    }

    @Override
    public int chunks(int phase) {
      return chunks;
    }

    @Override
    public long estimatedNanos() {
      return FmaLoop.FLOP * RUNS_PER_CHUNK * chunks / 100;
    }

    @Override
    protected void run(int phase, int chunk, long local, long shared) {
      float sum = 0;
      for (int i = 0; i < RUNS_PER_CHUNK; i++) {
        sum += FmaLoop.run(0.999f, 0.001f);
      }
      unusedSink = sum;
    }
  }
}
