package org.chagres.simd.conv;

import java.util.List;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.PlanCache;

/** What a shape decides of a direct pass, worked out once and kept: the view, the sweeps over its parts, their chunks. */
final class DirectPlan {
  private static final PlanCache<ConvShape, DirectPlan> FORWARD =
      new PlanCache<>(s -> new DirectPlan(View.of(s, ConvPass.FORWARD)));
  private static final PlanCache<ConvShape, DirectPlan> BACKWARD_DATA =
      new PlanCache<>(s -> new DirectPlan(View.of(s, ConvPass.BACKWARD_DATA)));

  private final View view;
  private final boolean planes;
  private final Sweep[] sweeps;
  private final int[] firstChunk;
  private final long[] packedAt;
  private final long localBytes;
  private final long nanos;

  private DirectPlan(View view) {
    this.view = view;
    List<Part> parts = view.parts();
    this.planes = PlaneSweep.suits(view);
    this.sweeps = new Sweep[parts.size()];
    this.firstChunk = new int[parts.size() + 1];
    this.packedAt = new long[parts.size() + 1];
    long local = 0;
    for (int p = 0; p < sweeps.length; p++) {
      Part part = parts.get(p);
      sweeps[p] = sweep(part);
      long bytes = planes ? PlaneWeight.bytes(view, part) : PackedWeight.bytes(view, part);
      packedAt[p + 1] = Math.addExact(packedAt[p], bytes);
      firstChunk[p + 1] = Math.addExact(firstChunk[p], sweeps[p].chunks());
      local = Math.max(local, sweeps[p].localBytes());
    }
    this.localBytes = local;
    this.nanos = (long) (view.flops() / Tiling.FLOPS_PER_NANO);
  }

  private Sweep sweep(Part part) {
    if (view.depthwise()) {
      return new DepthwiseSweep(view, part);
    }
    return planes ? new PlaneSweep(view, part) : new DirectSweep(view, part);
  }

  /** The job that packs a weight for it. */
  Job pack(ConvPass pass, PackedWeight.Filter filter, long from, long to) {
    return planes
        ? new PlaneWeight(view, pass, filter, from, to)
        : new PackedWeight(view, pass, filter, from, to);
  }

  /** The plan of a shape's pass, whose sizes are checked. */
  static DirectPlan of(ConvShape shape, ConvPass pass) {
    return (pass == ConvPass.FORWARD ? FORWARD : BACKWARD_DATA).of(shape);
  }

  /** Bytes of the weight packed for it. */
  long packedBytes() {
    return packedAt[sweeps.length];
  }

  /** Chunks of all parts. */
  int chunks() {
    return firstChunk[sweeps.length];
  }

  /** Scratch of a chunk. */
  long localBytes() {
    return localBytes;
  }

  /** A guess of one core's time. */
  long nanos() {
    return nanos;
  }

  /** Does a chunk of a call. */
  void run(int chunk, DirectArguments arguments, long local) {
    int p = 0;
    while (chunk >= firstChunk[p + 1]) {
      p++;
    }
    sweeps[p].run(chunk - firstChunk[p], arguments, arguments.packed() + packedAt[p], local);
  }
}
