package org.chagres.simd.parallel;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed number of lanes that run one job at a time: lane 0 is the caller, the others are threads of the team's own or
 * tasks of an executor.
 *
 * <p>The caller writes the job down and opens the gate: a word with the number of lanes wanted, an open bit
 * and a count of those inside. A lane enters by counting itself in while the gate is open, so one that wakes
 * late finds it shut and keeps out, and nobody waits for it: those who are there do its chunks. The caller
 * shuts the gate when the job is done and waits until all are out. Within a job, who finishes the last chunk
 * of a phase moves the phase on.
 */
final class Team {
  // Words of the signals.
  private static final int EPOCH = 0;
  private static final int PHASE = 1;
  private static final int SIGNALS = 2;

  // Words of the counters, and the gate's bits.
  private static final int GATE = 0;
  private static final int DONE = 1;
  private static final int COUNTERS = 2;
  private static final long OPEN = 0x1_0000;
  private static final int WIDTH_SHIFT = 17;

  private static final int FREE = 0;
  private static final int BUSY = 1;
  private static final int RETIRED = 2;

  /** Chunks of a phase end at about the same time, so that much spinning pays even where idle threads are to sleep. */
  private static final long BARRIER_NANOS = 20_000;

  private static final int SPINS = 1000;
  private static final long RETIRE_NANOS = 50_000;

  private final int lanes;
  private final Signals signals;
  private final PaddedLongs counters = new PaddedLongs(COUNTERS);
  private final ChunkCursors cursors;
  private final Thread[] threads;
  private final Helper[] helpers;
  private final Scratch scratch;
  private final AtomicInteger state = new AtomicInteger(FREE);
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  // The job, stable while anyone is inside the gate.
  private Job job;
  private int width;
  private int phases;
  private int[] chunks = new int[4];
  private long firstPhase;

  private Team(int lanes, int threads, int helpers, long spinNanos) {
    this.lanes = lanes;
    this.signals = new Signals(SIGNALS, lanes, spinNanos);
    this.cursors = new ChunkCursors(lanes);
    this.threads = new Thread[threads];
    this.helpers = new Helper[helpers];
    this.scratch = new Scratch(lanes);
  }

  /** A team with daemon threads of its own. */
  static Team ofThreads(int lanes, long spinNanos) {
    var team = new Team(lanes, lanes - 1, 0, spinNanos);
    for (int i = 0; i < team.threads.length; i++) {
      int lane = i + 1;
      Thread thread =
          Thread.ofPlatform()
              .daemon()
              .name("chagres-worker-" + lane)
              .inheritInheritableThreadLocals(false)
              .unstarted(() -> team.serve(lane));
      // A worker outlives whoever made it and must not hold on to that one's classes.
      thread.setContextClassLoader(null);
      team.threads[i] = thread;
      team.signals.occupy(lane, thread);
    }
    try {
      for (Thread thread : team.threads) {
        thread.start();
      }
    } catch (Throwable t) {
      // The system has no more threads: end those that run.
      team.retire();
      throw t;
    }
    return team;
  }

  /** A team whose lanes beyond the caller are tasks given to an executor, for each job anew. */
  static Team onExecutor(Executor executor, int lanes, long spinNanos) {
    var team = new Team(lanes, 0, lanes - 1, spinNanos);
    for (int i = 0; i < team.helpers.length; i++) {
      team.helpers[i] = new Helper(team, i + 1, executor);
    }
    return team;
  }

  int lanes() {
    return lanes;
  }

  void spin(long nanos) {
    signals.spin(nanos);
  }

  boolean tryAcquire() {
    return state.compareAndSet(FREE, BUSY);
  }

  boolean isRetired() {
    return state.get() == RETIRED;
  }

  /** Whether the thread is one of the team's, or now in a job of it. */
  boolean contains(Thread thread) {
    return signals.isOccupiedBy(thread);
  }

  /** Runs a job whose widest phase has {@code most} chunks; to be called after {@link #tryAcquire}, which it undoes. */
  void run(Job newJob, int most) {
    try {
      scratch.fit(newJob);
      open(newJob, Math.min(lanes, most));
      try {
        call();
        work(0);
      } finally {
        shut();
      }
    } finally {
      state.set(FREE);
    }
  }

  /** Waits for the running job, then ends the threads; nothing runs here afterwards. */
  void retire() {
    while (!state.compareAndSet(FREE, RETIRED) && !isRetired()) {
      LockSupport.parkNanos(RETIRE_NANOS);
      if (Thread.currentThread().isInterrupted()) {
        Thread.yield();
      }
    }
    stopped = true;
    signals.raise(EPOCH, signals.get(EPOCH) + 1, 1, lanes);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    scratch.free();
  }

  private void open(Job newJob, int newWidth) {
    job = newJob;
    width = newWidth;
    phases = newJob.phases();
    if (chunks.length < phases) {
      chunks = new int[phases];
    }
    // Asked once, so that all lanes see the same counts.
    for (int phase = 0; phase < phases; phase++) {
      chunks[phase] = newJob.chunks(phase);
    }
    firstPhase = signals.get(PHASE) + 1;
    begin(0);
    signals.occupy(0, Thread.currentThread());
    signals.raise(PHASE, firstPhase, 0, 0);
    counters.set(GATE, (long) width << WIDTH_SHIFT | OPEN);
  }

  private void call() {
    if (helpers.length == 0) {
      signals.raise(EPOCH, signals.get(EPOCH) + 1, 1, width);
    } else {
      for (int i = 0; i < width - 1; i++) {
        helpers[i].call();
      }
    }
  }

  private void shut() {
    counters.addAndGet(GATE, -OPEN);
    for (int i = 0; counters.get(GATE) != (long) width << WIDTH_SHIFT; i++) {
      if (i < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    signals.occupy(0, null);
    job = null;
    Throwable first = failure.getAndSet(null);
    if (first != null) {
      Team.<RuntimeException>rethrow(first);
    }
  }

  private void serve(int lane) {
    long seen = 0;
    while (!stopped) {
      seen = signals.await(EPOCH, seen, lane, 0);
      join(lane);
    }
  }

  /** Takes part in the job that runs now, on a thread lent for it. */
  void lend(int lane) {
    signals.occupy(lane, Thread.currentThread());
    try {
      join(lane);
    } finally {
      signals.occupy(lane, null);
    }
  }

  /** Takes part in the job behind the gate, if the gate is open and this lane wanted. */
  private void join(int lane) {
    long gate;
    do {
      gate = counters.get(GATE);
      if ((gate & OPEN) == 0 || lane >= gate >>> WIDTH_SHIFT) {
        return;
      }
    } while (!counters.compareAndSet(GATE, gate, gate + 1));
    try {
      work(lane);
    } finally {
      counters.addAndGet(GATE, -1);
    }
  }

  private void work(int lane) {
    long local = scratch.local(lane);
    for (;;) {
      long phase = signals.get(PHASE);
      int index = (int) (phase - firstPhase);
      if (index >= phases) {
        return;
      }
      int done = 0;
      int victim = lane;
      for (int i = 0; i < width; i++) {
        done += drain(victim, phase, index, local);
        victim = victim + 1 == width ? 0 : victim + 1;
      }
      if (done > 0 && counters.addAndGet(DONE, done) == chunks[index]) {
        advance(index);
      } else {
        signals.await(PHASE, phase, lane, BARRIER_NANOS);
      }
    }
  }

  /** Does what is left of a lane's range; returns how many chunks that were. */
  private int drain(int victim, long phase, int index, long local) {
    int count = chunks[index];
    int done = 0;
    for (;;) {
      boolean failed = failure.get() != null;
      int chunk = cursors.take(victim, phase, count, width, failed);
      if (chunk < 0) {
        return done;
      }
      if (failed) {
        return done + ChunkCursors.first(victim + 1, count, width) - chunk;
      }
      try {
        job.run(index, chunk, local, scratch.shared());
      } catch (Throwable t) {
        fail(t);
      }
      done++;
    }
  }

  @SuppressWarnings("ReferenceEquality") // only the very same exception must not be suppressed in itself
  private void fail(Throwable t) {
    if (!failure.compareAndSet(null, t)) {
      Throwable first = failure.get();
      if (first != t) {
        first.addSuppressed(t);
      }
    }
  }

  private void begin(int index) {
    counters.set(DONE, 0);
    cursors.reset(firstPhase + index, chunks[index], width);
  }

  private void advance(int index) {
    int next = failure.get() == null ? index + 1 : phases;
    if (next < phases) {
      begin(next);
    }
    signals.raise(PHASE, firstPhase + next, 0, width);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void rethrow(Throwable t) throws T {
    throw (T) t;
  }
}
