package org.chagres.simd.conv;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/** What a shape decides of a direct pass, worked out once and kept: the view, the sweeps over its parts, their chunks. */
final class DirectPlan {
  private static final int MOST = 256;
  private static final Map<ConvShape, DirectPlan> FORWARD = new ConcurrentHashMap<>();
  private static final Map<ConvShape, DirectPlan> BACKWARD_DATA = new ConcurrentHashMap<>();

  private final View view;
  private final Sweep[] sweeps;
  private final int[] firstChunk;
  private final long[] packedAt;
  private final long localBytes;
  private final long nanos;

  private DirectPlan(View view) {
    this.view = view;
    List<Part> parts = view.parts();
    this.sweeps = new Sweep[parts.size()];
    this.firstChunk = new int[parts.size() + 1];
    this.packedAt = new long[parts.size() + 1];
    long local = 0;
    for (int p = 0; p < sweeps.length; p++) {
      Part part = parts.get(p);
      sweeps[p] = view.depthwise() ? new DepthwiseSweep(view, part) : new DirectSweep(view, part);
      packedAt[p + 1] = Math.addExact(packedAt[p], PackedWeight.bytes(view, part));
      firstChunk[p + 1] = Math.addExact(firstChunk[p], sweeps[p].chunks());
      local = Math.max(local, sweeps[p].localBytes());
    }
    this.localBytes = local;
    this.nanos = (long) (view.flops() / Tiling.FLOPS_PER_NANO);
  }

  /** The plan of a shape's pass, whose sizes are checked. */
  static DirectPlan of(ConvShape shape, ConvPass pass) {
    Map<ConvShape, DirectPlan> plans = pass == ConvPass.FORWARD ? FORWARD : BACKWARD_DATA;
    DirectPlan known = plans.get(shape);
    if (known == null) {
      if (plans.size() >= MOST) {
        plans.clear(); // shapes that never come back must not pile up
      }
      known = new DirectPlan(View.of(shape, pass));
      plans.put(shape, known);
    }
    return known;
  }

  /** How the pass sees the shape. */
  View view() {
    return view;
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
