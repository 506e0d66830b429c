package org.chagres.simd.parallel;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The threads that kernels run on: N−1 daemon platform threads, and the caller.
 *
 * <p>One job runs on them at a time. A caller that finds them busy runs its job on its own thread alone, so
 * any number of callers never makes more threads; so does a job that is run from within another. A small job
 * runs on the caller alone too. A virtual thread hands its job over to a platform thread and waits. What a
 * job computes does not depend on any of this.
 *
 * <p>Between jobs the threads spin for a while before they park, so that the next job finds them awake; a service that
 * shares its processors sets {@link #spin} to zero. {@link #run} allocates nothing on the heap. Thread-safe.
 */
public final class Workers implements AutoCloseable {
  /** The option for the number of threads of {@link #shared}. */
  public static final String THREADS_OPTION = "chagres.threads";

  /** The option for the time to spin, in microseconds, of all workers; 0 turns spinning off. */
  public static final String SPIN_OPTION = "chagres.spin.micros";

  /** The most threads that can be asked for. */
  public static final int MOST_THREADS = 4096;

  /** Jobs that take less than this are not worth a hand-over. */
  static final long SMALL_NANOS = 20_000;

  private static final int SPIN_MICROS = 100;
  private static final Duration MOST_SPIN = Duration.ofSeconds(1);
  private static volatile Workers shared;

  private final boolean isShared;
  private final SoloRunner solo = new SoloRunner();
  private final Conductor conductor = new Conductor(this::runHere);
  private volatile Team team;
  private volatile long spinNanos;
  private volatile boolean closed;

  private Workers(Team team, long spinNanos, boolean isShared) {
    this.team = team;
    this.spinNanos = spinNanos;
    this.isShared = isShared;
  }

  /**
   * The workers of the process: as many threads as {@code -Dchagres.threads} says, else as {@link Cpus#available}.
   *
   * @throws IllegalArgumentException if an option is set to something that is not a fitting number
   */
  public static Workers shared() {
    Workers w = shared;
    return w != null ? w : makeShared(0);
  }

  /**
   * Sets the number of threads of {@link #shared}, before its first use or after; what runs on the old
   * threads ends there, and this waits for it.
   *
   * @param threads from 1
   * @throws IllegalStateException if called from within a job of the shared workers
   */
  public static void setShared(int threads) {
    checkThreads(threads);
    makeShared(threads).resize(threads);
  }

  /**
   * Workers of their own, to be closed.
   *
   * @param threads from 1, the caller's included
   */
  public static Workers of(int threads) {
    return ofThreads(threads, false);
  }

  /**
   * Workers that borrow their threads from an executor, at most {@code threads - 1} at a time; the caller is
   * the last one. If the executor has none to spare or refuses, the caller does the work: the results are the
   * same.
   *
   * @param executor stays the caller's to close
   * @param threads from 1, the caller's included
   */
  public static Workers on(Executor executor, int threads) {
    checkThreads(threads);
    long spin = defaultSpin(threads);
    return new Workers(Team.onExecutor(executor, threads, spin), spin, false);
  }

  /** How many threads work, the caller's included. */
  public int threads() {
    return team.lanes();
  }

  /** How long a thread spins before it parks; zero if spinning is off. */
  public Duration spin() {
    return Duration.ofNanos(spinNanos);
  }

  /**
   * Sets how long a thread spins before it parks.
   *
   * @param time zero turns spinning off; one second at most
   * @throws IllegalArgumentException if it is negative or longer
   */
  public void spin(Duration time) {
    if (time.isNegative() || time.compareTo(MOST_SPIN) > 0) {
      throw new IllegalArgumentException("spin time: expected 0 to " + MOST_SPIN + ", got " + time);
    }
    synchronized (this) {
      spinNanos = time.toNanos();
      team.spin(spinNanos);
    }
  }

  /**
   * Runs a job to its end. An interrupt does not end it and is kept.
   *
   * <p>If a chunk throws, no further chunks are begun, and the first exception is thrown here, once all
   * threads are at rest, with those of other chunks suppressed in it.
   *
   * @throws IllegalStateException if these workers are closed
   * @throws org.chagres.simd.memory.OutOfNativeMemoryException if there is no memory for the job's scratch
   */
  public void run(Job job) {
    if (closed) {
      throw new IllegalStateException("workers are closed");
    }
    if (job.estimatedNanos() < SMALL_NANOS) {
      most(job);
      solo.run(job);
    } else if (Thread.currentThread().isVirtual()) {
      conductor.run(job);
    } else {
      runHere(job);
    }
  }

  /**
   * Waits for the running job and ends the threads; does nothing if closed before.
   *
   * @throws IllegalStateException if called from within a job, or on {@link #shared}
   */
  @Override
  public void close() {
    if (isShared) {
      throw new IllegalStateException("the shared workers last as long as the process");
    }
    refuseInside("close");
    synchronized (this) {
      closed = true;
      conductor.close();
      team.retire();
      solo.close();
    }
  }

  private void runHere(Job job) {
    int most = most(job);
    Team t = team;
    if (most == 1 || t.lanes() == 1) {
      solo.run(job);
      return;
    }
    while (!t.tryAcquire()) {
      if (!t.isRetired()) {
        solo.run(job);
        return;
      }
      if (closed) {
        throw new IllegalStateException("workers are closed");
      }
      t = team;
    }
    t.run(job, most);
  }

  private void resize(int threads) {
    refuseInside("resize");
    Team old;
    synchronized (this) {
      old = team;
      if (old.lanes() == threads) {
        return;
      }
      spinNanos = defaultSpin(threads);
      team = Team.ofThreads(threads, spinNanos);
    }
    old.retire();
  }

  private void refuseInside(String what) {
    if (team.contains(Thread.currentThread())) {
      throw new IllegalStateException("cannot " + what + " workers from within a job that runs on them");
    }
  }

  /** The chunks of the widest phase; also checks what the job says of itself. */
  private static int most(Job job) {
    int phases = job.phases();
    int most = 0;
    int least = Integer.MAX_VALUE;
    for (int phase = 0; phase < phases; phase++) {
      int chunks = job.chunks(phase);
      most = Math.max(most, chunks);
      least = Math.min(least, chunks);
    }
    if (phases < 1 || least < 1) {
      throw new IllegalArgumentException(
          job.getClass().getName() + ": expected at least 1 phase and 1 chunk in each, got " + phases + " phases and "
              + (phases < 1 ? 0 : least) + " chunks");
    }
    return most;
  }

  private static synchronized Workers makeShared(int threads) {
    if (shared == null) {
      int count =
          threads > 0 ? threads : number(THREADS_OPTION, Math.min(Cpus.available(), MOST_THREADS), 1, MOST_THREADS);
      shared = ofThreads(count, true);
    }
    return shared;
  }

  private static Workers ofThreads(int threads, boolean isShared) {
    checkThreads(threads);
    long spin = defaultSpin(threads);
    return new Workers(Team.ofThreads(threads, spin), spin, isShared);
  }

  private static long defaultSpin(int threads) {
    return 1000L * number(SPIN_OPTION, Cpus.canSpin(threads) ? SPIN_MICROS : 0, 0, 1_000_000);
  }

  private static int number(String option, int otherwise, int least, int most) {
    String text = System.getProperty(option);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below, with the option's name.
    }
    throw new IllegalArgumentException(
        "-D" + option + ": expected " + least + " to " + most + ", got \"" + text + "\"");
  }

  private static void checkThreads(int threads) {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException("threads: expected 1 to " + MOST_THREADS + ", got " + threads);
    }
  }
}
