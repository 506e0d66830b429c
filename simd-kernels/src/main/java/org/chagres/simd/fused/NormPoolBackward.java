package org.chagres.simd.fused;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.norm.ColumnGradients;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.pool.Positions;
import org.chagres.simd.shape.PoolShape;

/**
 * Backward in two passes over memory. First the sums of g and of g · (x - mean) of each channel, over the windows alone, f32 over at
 * most {@link #BLOCK} of them and then double; after their combination dx, {@link Sink} for any windows and {@link HalvingSink} for
 * 2×2 side by side. g is dy as dropout scaled it; where it does not go back, the position says so.
 */
final class NormPoolBackward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int BLOCK = 128;

  private final PoolShape shape;
  private final int c;
  private final int w;
  private final boolean training;
  private final In in;
  private final ColumnGradients out;
  private final Sink sink;
  private final boolean twoByTwo;
  private final double nanosEach;
  private final Split rows;
  private final Split combine;

  /** Addresses, and the factor of dropout. */
  record In(long x, long mean, long dy, long positions, float scale) {}

  NormPoolBackward(PoolShape shape, boolean training, In in, ColumnGradients out) {
    this.shape = shape;
    this.c = shape.c();
    this.w = shape.w();
    this.training = training;
    this.in = in;
    this.out = out;
    this.twoByTwo = NormPool.twoByTwo(shape);
    this.sink = twoByTwo ? new HalvingSink(shape, training, in, out) : new WindowSink(shape, training, in, out);
    this.nanosEach = shape.out().w() * (5 + 0.15 * c * shape.kernel().h() * shape.kernel().w());
    this.rows = Split.of((long) shape.n() * shape.out().h(), nanosEach);
    this.combine = Split.of(c, 4.0 * rows.chunks());
  }

  private boolean sums() {
    return training || out.sums();
  }

  @Override
  public int phases() {
    return 3;
  }

  @Override
  public int chunks(int phase) {
    return switch (phase) {
      case 0 -> rows.chunks();
      case 1 -> combine.chunks();
      default -> sink.rows.chunks();
    };
  }

  @Override
  public long localBytes() {
    return Math.max(8L * c, sink.localBytes());
  }

  @Override
  public long sharedBytes() {
    return ColumnGradients.numberBytes(c) + ColumnGradients.sumBytes(c) * rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (2 * nanosEach * rows.count());
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    // shared: the numbers of each channel, then each chunk's sums
    long partial = shared + ColumnGradients.numberBytes(c);
    switch (phase) {
      case 0 -> {
        if (sums()) {
          accumulate(chunk, local, partial + ColumnGradients.sumBytes(c) * chunk);
        }
      }
      case 1 -> {
        int chunks = sums() ? rows.chunks() : 0;
        out.join((int) combine.from(chunk), (int) combine.to(chunk), partial, chunks, shared);
      }
      default -> sink.run(sink.rows.from(chunk), sink.rows.to(chunk), local, shared);
    }
  }

  private void accumulate(int chunk, long local, long into) {
    Floats.zero(local, 2L * c);
    Floats.zero(into, 4L * c);
    int outH = shape.out().h();
    int outW = shape.out().w();
    int waiting = 0;
    for (long row = rows.from(chunk); row < rows.to(chunk); row++) {
      int oh = (int) (row % outH);
      long first = in.x + 4L * c * w * (row / outH * shape.h() + shape.top(oh));
      long element = row * outW * c;
      for (int ow = 0; ow < outW; ow++, element += c) {
        long corner = first + 4L * c * shape.left(ow);
        if (twoByTwo) {
          four(element, corner, local);
        } else {
          window(oh, ow, element, corner, local);
        }
        for (int i = c / S.length() * S.length(); i < c; i++) {
          channel(oh, ow, element + i, corner + 4L * i, i, local);
        }
        if (++waiting == BLOCK) {
          Floats.drain(local, into, 2 * c);
          waiting = 0;
        }
      }
    }
    Floats.drain(local, into, 2 * c);
  }

  private void four(long element, long corner, long sums) {
    long right = 4L * c;
    long down = 4L * c * w;
    FloatVector zero = FloatVector.zero(S);
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      long o = 4L * i;
      long from = corner + o;
      IntVector position = Positions.load(in.positions + element + i);
      FloatVector g = FloatVector.fromMemorySegment(S, ALL, in.dy + 4 * element + o, ORDER).mul(in.scale);
      g = zero.blend(g, position.compare(VectorOperators.GE, 0).cast(S));
      var is1 = position.compare(VectorOperators.EQ, 1).cast(S);
      var is2 = position.compare(VectorOperators.EQ, 2).cast(S);
      var is3 = position.compare(VectorOperators.EQ, 3).cast(S);
      FloatVector d =
          FloatVector.fromMemorySegment(S, ALL, from, ORDER)
              .blend(FloatVector.fromMemorySegment(S, ALL, from + right, ORDER), is1)
              .blend(FloatVector.fromMemorySegment(S, ALL, from + down, ORDER), is2)
              .blend(FloatVector.fromMemorySegment(S, ALL, from + down + right, ORDER), is3)
              .sub(FloatVector.fromMemorySegment(S, ALL, in.mean + o, ORDER));
      long s = sums + o;
      FloatVector.fromMemorySegment(S, ALL, s, ORDER).add(g).intoMemorySegment(ALL, s, ORDER);
      d.fma(g, FloatVector.fromMemorySegment(S, ALL, s + right, ORDER)).intoMemorySegment(ALL, s + right, ORDER);
    }
  }

  private void window(int oh, int ow, long element, long corner, long sums) {
    int height = shape.bottom(oh) - shape.top(oh);
    int width = shape.right(ow) - shape.left(ow);
    int pitch = shape.kernel().w();
    int first = NormPool.firstPosition(shape, oh, ow);
    FloatVector zero = FloatVector.zero(S);
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      long o = 4L * i;
      IntVector position = Positions.load(in.positions + element + i);
      FloatVector g = FloatVector.fromMemorySegment(S, ALL, in.dy + 4 * element + o, ORDER).mul(in.scale);
      g = zero.blend(g, position.compare(VectorOperators.NE, NormPool.NOWHERE).cast(S));
      FloatVector v = FloatVector.fromMemorySegment(S, ALL, corner + o, ORDER);
      for (int r = 0; r < height; r++) {
        long from = corner + o + 4L * c * w * r;
        for (int k = 0; k < width; k++) {
          var here = position.compare(VectorOperators.EQ, (byte) (first + r * pitch + k));
          v = v.blend(FloatVector.fromMemorySegment(S, ALL, from + 4L * c * k, ORDER), here.cast(S));
        }
      }
      FloatVector d = v.sub(FloatVector.fromMemorySegment(S, ALL, in.mean + o, ORDER));
      long s = sums + o;
      FloatVector.fromMemorySegment(S, ALL, s, ORDER).add(g).intoMemorySegment(ALL, s, ORDER);
      s += 4L * c;
      d.fma(g, FloatVector.fromMemorySegment(S, ALL, s, ORDER)).intoMemorySegment(ALL, s, ORDER);
    }
  }

  /** One channel of a window, behind the last whole vector; element and corner are the channel's. */
  private void channel(int oh, int ow, long element, long corner, int i, long sums) {
    byte position = ALL.get(JAVA_BYTE, in.positions + element);
    boolean back = position != NormPool.NOWHERE;
    int cell = back ? (position & 0xFF) - NormPool.firstPosition(shape, oh, ow) : 0;
    int r = cell / shape.kernel().w();
    int k = cell - r * shape.kernel().w();
    // Zeros are added too: where the mean is NaN the sums must be.
    float g = back ? ALL.get(JAVA_FLOAT_UNALIGNED, in.dy + 4 * element) * in.scale : 0f;
    float v = ALL.get(JAVA_FLOAT_UNALIGNED, corner + 4L * c * ((long) w * r + k));
    float d = v - ALL.get(JAVA_FLOAT_UNALIGNED, in.mean + 4L * i);
    long s = sums + 4L * i;
    ALL.set(JAVA_FLOAT_UNALIGNED, s, ALL.get(JAVA_FLOAT_UNALIGNED, s) + g);
    s += 4L * c;
    ALL.set(JAVA_FLOAT_UNALIGNED, s, Math.fma(d, g, ALL.get(JAVA_FLOAT_UNALIGNED, s)));
  }
}
