package org.chagres.simd.conv;

import org.chagres.simd.parallel.Job;

/** The forward pass or the gradient of the data: the parts of the view, one after another in one phase. */
final class DirectJob extends Job {
  private final DirectPlan plan;
  private final DirectArguments arguments;

  DirectJob(DirectPlan plan, DirectArguments arguments) {
    this.plan = plan;
    this.arguments = arguments;
  }

  @Override
  public int chunks(int phase) {
    return plan.chunks();
  }

  @Override
  public long localBytes() {
    return plan.localBytes();
  }

  @Override
  public long estimatedNanos() {
    return plan.nanos();
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    plan.run(chunk, arguments, local);
  }
}
