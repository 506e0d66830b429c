package org.chagres.gpu.dnn;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.chagres.gpu.CudaEvent;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.memory.OutOfDeviceMemoryException;
import org.chagres.gpu.memory.Workspace;

/** Times plans for the same convolution. What they write, the plan that is kept writes again. */
final class Tuner {

  private static final int RUNS = 3;

  private final CudaStream stream;
  private final Workspace workspace;

  Tuner(CudaStream stream, Workspace workspace) {
    this.stream = stream;
    this.workspace = workspace;
  }

  /** The fastest; the others are closed, and where timing fails, all. */
  ConvPlan fastest(List<ConvPlan> plans, MemorySegment handle, ConvMemory memory) {
    ConvPlan best;
    try {
      best = best(plans, handle, memory);
    } catch (RuntimeException | Error e) {
      plans.forEach(ConvPlan::close);
      throw e;
    }
    for (ConvPlan plan : plans) {
      if (plan != best) {
        plan.close();
      }
    }
    return best;
  }

  private ConvPlan best(List<ConvPlan> plans, MemorySegment handle, ConvMemory memory) {
    ConvPlan best = null;
    float least = Float.POSITIVE_INFINITY;
    RuntimeException failure = null;
    try (CudaEvent start = stream.device().newTimingEvent(); CudaEvent end = stream.device().newTimingEvent()) {
      for (ConvPlan plan : plans) {
        try {
          float millis = time(plan, handle, memory, start, end);
          if (best == null || millis < least) {
            least = millis;
            best = plan;
          }
        } catch (DnnException | OutOfDeviceMemoryException e) {
          failure = e;
        }
      }
    }
    if (best == null) {
      throw failure;
    }
    return best;
  }

  private float time(ConvPlan plan, MemorySegment handle, ConvMemory memory, CudaEvent start, CudaEvent end) {
    MemorySegment scratch = workspace.take(plan.workspaceBytes());
    plan.run(handle, memory, scratch);
    stream.record(start);
    for (int run = 0; run < RUNS; run++) {
      plan.run(handle, memory, scratch);
    }
    stream.record(end);
    end.synchronize();
    return end.millisSince(start);
  }
}
