package org.chagres.nn.backend.cpu;

import org.chagres.nn.backend.Recorder;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;

/** Where the CPU backend's jobs go: they run at once, one after another, on the workers. */
public final class CpuStream {

  private final Workers workers;

  /** A stream over workers. */
  public CpuStream(Workers workers) {
    this.workers = workers;
  }

  /** Runs a job to its end. */
  public void run(Job job) {
    workers.run(job);
    Recorder recorder = Recorder.current();
    if (recorder != null) {
      recorder.call(() -> workers.run(job));
    }
  }
}
