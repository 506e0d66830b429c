package org.chagres.simd.conv;

import java.util.List;
import org.chagres.simd.parallel.Job;

/** The forward pass or the gradient of the data: the parts of the view, one after another in one phase. */
final class DirectJob extends Job {
  private final View view;
  private final Sweep[] sweeps;
  private final int[] firstChunk;
  private final long localBytes;

  DirectJob(View view, DirectArguments arguments) {
    this.view = view;
    List<Part> parts = view.parts();
    this.sweeps = new Sweep[parts.size()];
    this.firstChunk = new int[parts.size() + 1];
    long packed = arguments.packed();
    long local = 0;
    for (int p = 0; p < sweeps.length; p++) {
      sweeps[p] =
          view.depthwise()
              ? new DepthwiseSweep(view, parts.get(p), arguments, packed)
              : new DirectSweep(view, parts.get(p), arguments, packed);
      packed += PackedWeight.bytes(view, parts.get(p));
      firstChunk[p + 1] = Math.addExact(firstChunk[p], sweeps[p].chunks());
      local = Math.max(local, sweeps[p].localBytes());
    }
    this.localBytes = local;
  }

  @Override
  public int chunks(int phase) {
    return firstChunk[sweeps.length];
  }

  @Override
  public long localBytes() {
    return localBytes;
  }

  @Override
  public long estimatedNanos() {
    return (long) (view.flops() / Tiling.FLOPS_PER_NANO);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    int p = 0;
    while (chunk >= firstChunk[p + 1]) {
      p++;
    }
    sweeps[p].run(chunk - firstChunk[p], local);
  }
}
