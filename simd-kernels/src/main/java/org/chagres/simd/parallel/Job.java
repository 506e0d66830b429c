package org.chagres.simd.parallel;

/**
 * One kernel call, ready to run: immutable, its arguments checked, its addresses fixed.
 *
 * <p>A kernel's public entry checks shapes and bounds once and returns a job; {@link Workers#run} runs it,
 * now or as often as a recorded step is replayed. Work is cut into <em>phases</em> that follow one another
 * and, within a phase, <em>chunks</em> that may run at the same time on any worker. The number of chunks and
 * what each does depend on the shape alone, never on the number of threads, so a result has the same bits
 * with any number of threads; partial results go to {@code shared} scratch by chunk number and a later phase
 * combines them in a fixed order.
 */
public abstract class Job {

  /** For subclasses. */
  protected Job() {}

  /** How many phases follow one another; 1 unless overridden. */
  public int phases() {
    return 1;
  }

  /** How many chunks the phase is cut into, by shape alone; at least 1. */
  public abstract int chunks(int phase);

  /** Scratch bytes that each worker needs for itself during a chunk; its contents do not outlive the chunk. */
  public long localBytes() {
    return 0;
  }

  /** Scratch bytes that all chunks share for the length of the job. */
  public long sharedBytes() {
    return 0;
  }

  /** A rough guess of the time one core would take, in nanoseconds; small jobs run on the caller alone. */
  public abstract long estimatedNanos();

  /**
   * Does one chunk.
   *
   * @param phase from 0
   * @param chunk from 0
   * @param local address of {@link #localBytes} bytes of this worker's own, aligned to 64
   * @param shared address of {@link #sharedBytes} bytes shared by the job's chunks, aligned to 64
   */
  protected abstract void run(int phase, int chunk, long local, long shared);
}
