package org.chagres.simd.loss;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.shape.Reduction;

/** Gradients of a loss of pairs; that of the target is the other's negative. */
final class PairBackward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final Curve curve;
  private final Reduction reduction;
  private final long count;
  private final long dy;
  private final long x;
  private final long target;
  private final Out out;
  private final Split blocks;

  /** Addresses of the gradients; 0 where left out. */
  record Out(long x, long target) {}

  PairBackward(Pair loss, long count, long dy, long x, long target, Out out) {
    this.curve = Curve.of(loss);
    this.reduction = loss.reduction();
    this.count = count;
    this.dy = dy;
    this.x = x;
    this.target = target;
    this.out = out;
    this.blocks = Split.of((count + Elements.BLOCK - 1) / Elements.BLOCK, Elements.BLOCK);
  }

  @Override
  public int chunks(int phase) {
    return blocks.chunks();
  }

  @Override
  public long localBytes() {
    return 8L * Elements.BLOCK;
  }

  @Override
  public long estimatedNanos() {
    return count;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    long slopes = local + 4L * Elements.BLOCK;
    if (reduction != Reduction.NONE) {
      float g = ALL.get(JAVA_FLOAT_UNALIGNED, dy);
      float each = reduction == Reduction.MEAN ? (float) ((double) g / count) : g;
      for (int i = 0; i < Elements.BLOCK; i++) {
        ALL.set(JAVA_FLOAT_UNALIGNED, local + 4L * i, each);
      }
    }
    for (long b = blocks.from(chunk); b < blocks.to(chunk); b++) {
      long first = b * Elements.BLOCK;
      int n = (int) Math.min(Elements.BLOCK, count - first);
      long g = reduction == Reduction.NONE ? dy + 4 * first : local;
      long to = out.x == 0 ? slopes : out.x + 4 * first;
      gradients(first, n, g, to);
      if (out.target != 0) {
        negate(n, to, out.target + 4 * first);
      }
    }
  }

  private void gradients(long first, int n, long g, long to) {
    float knee = curve.knee();
    float square = 2 * curve.square();
    float slope = curve.slope();
    long a = x + 4 * first;
    long b = target + 4 * first;
    FloatVector zero = FloatVector.zero(S);
    int i = 0;
    for (; i + S.length() <= n; i += S.length()) {
      FloatVector d =
          FloatVector.fromMemorySegment(S, ALL, a + 4L * i, ORDER)
              .sub(FloatVector.fromMemorySegment(S, ALL, b + 4L * i, ORDER));
      FloatVector line =
          zero.blend(slope, d.compare(VectorOperators.GT, 0f)).blend(-slope, d.compare(VectorOperators.LT, 0f));
      d.mul(square)
          .blend(line, d.abs().compare(VectorOperators.GE, knee))
          .mul(FloatVector.fromMemorySegment(S, ALL, g + 4L * i, ORDER))
          .intoMemorySegment(ALL, to + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      float d = ALL.get(JAVA_FLOAT_UNALIGNED, a + 4L * i) - ALL.get(JAVA_FLOAT_UNALIGNED, b + 4L * i);
      float line = d > 0 ? slope : d < 0 ? -slope : 0f;
      float derivative = Math.abs(d) >= knee ? line : d * square;
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, derivative * ALL.get(JAVA_FLOAT_UNALIGNED, g + 4L * i));
    }
  }

  private static void negate(int n, long from, long to) {
    int i = 0;
    for (; i + S.length() <= n; i += S.length()) {
      FloatVector.fromMemorySegment(S, ALL, from + 4L * i, ORDER).neg().intoMemorySegment(ALL, to + 4L * i, ORDER);
    }
    for (; i < n; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, -ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * i));
    }
  }
}
