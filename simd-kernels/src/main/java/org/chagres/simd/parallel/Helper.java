package org.chagres.simd.parallel;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A lane of a team that an executor lends a thread to, for each job anew. */
final class Helper implements Runnable {
  private final Team team;
  private final int lane;
  private final Executor executor;
  private final AtomicBoolean queued = new AtomicBoolean();
  private final AtomicBoolean running = new AtomicBoolean();

  Helper(Team team, int lane, Executor executor) {
    this.team = team;
    this.lane = lane;
    this.executor = executor;
  }

  /** Asks for a thread, unless the executor has not got round to the last call yet. */
  void call() {
    if (queued.compareAndSet(false, true)) {
      try {
        executor.execute(this);
      } catch (RejectedExecutionException e) {
        // Full or shut down: the job gets done without it.
        queued.set(false);
      }
    }
  }

  @Override
  public void run() {
    queued.set(false);
    // A lane is one thread at a time, as it has one scratch; the thread of the job before may be on its way out yet.
    if (running.compareAndSet(false, true)) {
      try {
        team.lend(lane);
      } finally {
        running.set(false);
      }
    }
  }
}
