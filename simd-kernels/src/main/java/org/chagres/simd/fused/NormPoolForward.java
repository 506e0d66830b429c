package org.chagres.simd.fused;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.norm.Columns;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;
import org.chagres.simd.pool.Positions;
import org.chagres.simd.shape.PoolShape;

/**
 * An output row after another: largest normalised value of each window (a cell wins if it is larger or NaN), the ReLU on that, which
 * is the same as before it, then dropout on the row while it is in cache.
 */
final class NormPoolForward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Integer> I = Positions.I;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final PoolShape shape;
  private final int c;
  private final int w;
  private final int outW;
  private final long x;
  private final Columns in;
  private final Drop drop;
  private final long y;
  private final long positions;
  private final boolean twoByTwo;
  private final double nanosEach;
  private final Split rows;

  NormPoolForward(PoolShape shape, long x, Columns in, Drop drop, long y, long positions) {
    this.shape = shape;
    this.c = shape.c();
    this.w = shape.w();
    this.outW = shape.out().w();
    this.x = x;
    this.in = in;
    this.drop = drop;
    this.y = y;
    this.positions = positions;
    this.twoByTwo = NormPool.twoByTwo(shape);
    this.nanosEach = outW * (5 + c * (0.2 * shape.kernel().h() * shape.kernel().w() + (drop.p() > 0 ? 1 : 0)));
    this.rows = Split.of((long) shape.n() * shape.out().h(), nanosEach);
  }

  @Override
  public int chunks(int phase) {
    return rows.chunks();
  }

  @Override
  public long localBytes() {
    return Drop.SCRATCH + 12L * c + (positions == 0 ? (long) outW * c : 0);
  }

  @Override
  public long estimatedNanos() {
    return (long) (rows.count() * nanosEach);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    long scales = local + Drop.SCRATCH;
    in.scalesAndShifts(c, scales);
    MemorySegment.copy(ALL, in.mean(), ALL, scales + 8L * c, 4L * c);
    int outH = shape.out().h();
    int line = outW * c;
    for (long row = rows.from(chunk); row < rows.to(chunk); row++) {
      int oh = (int) (row % outH);
      int top = shape.top(oh);
      long first = x + 4L * c * w * (row / outH * shape.h() + top);
      long to = y + 4 * row * line;
      // Positions that nobody asked for go to scratch.
      long at = positions == 0 ? scales + 12L * c : positions + row * line;
      for (int ow = 0; ow < outW; ow++, to += 4L * c, at += c) {
        long corner = first + 4L * c * shape.left(ow);
        if (twoByTwo) {
          four(corner, to, at, scales);
        } else {
          window(oh, ow, corner, to, at, scales);
        }
        for (int i = c / S.length() * S.length(); i < c; i++) {
          channel(oh, ow, corner + 4L * i, to + 4L * i, at + i, scales + 4L * i);
        }
      }
      drop.run(row * line, line, to - 4L * line, at - line, local);
    }
  }

  private void four(long corner, long to, long at, long scales) {
    long right = 4L * c;
    long down = 4L * c * w;
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      long o = 4L * i;
      long from = corner + o;
      FloatVector m = FloatVector.fromMemorySegment(S, ALL, scales + 8L * c + o, ORDER);
      FloatVector a = FloatVector.fromMemorySegment(S, ALL, scales + o, ORDER);
      FloatVector b = FloatVector.fromMemorySegment(S, ALL, scales + right + o, ORDER);
      FloatVector best = FloatVector.fromMemorySegment(S, ALL, from, ORDER).sub(m).fma(a, b);
      FloatVector v1 = FloatVector.fromMemorySegment(S, ALL, from + right, ORDER).sub(m).fma(a, b);
      FloatVector v2 = FloatVector.fromMemorySegment(S, ALL, from + down, ORDER).sub(m).fma(a, b);
      FloatVector v3 = FloatVector.fromMemorySegment(S, ALL, from + down + right, ORDER).sub(m).fma(a, b);
      var m1 = v1.compare(VectorOperators.GT, best).or(v1.compare(VectorOperators.NE, v1));
      best = best.blend(v1, m1);
      var m2 = v2.compare(VectorOperators.GT, best).or(v2.compare(VectorOperators.NE, v2));
      best = best.blend(v2, m2);
      var m3 = v3.compare(VectorOperators.GT, best).or(v3.compare(VectorOperators.NE, v3));
      best = best.blend(v3, m3);
      var dead = best.compare(VectorOperators.LE, 0f);
      best.blend(0f, dead).intoMemorySegment(ALL, to + o, ORDER);
      IntVector position = IntVector.zero(I).blend(1, m1.cast(I)).blend(2, m2.cast(I)).blend(3, m3.cast(I));
      Positions.store(position.blend(NormPool.NOWHERE, dead.cast(I)), at + i);
    }
  }

  private void window(int oh, int ow, long corner, long to, long at, long scales) {
    int height = shape.bottom(oh) - shape.top(oh);
    int width = shape.right(ow) - shape.left(ow);
    int pitch = shape.kernel().w();
    int first = NormPool.firstPosition(shape, oh, ow);
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      long o = 4L * i;
      FloatVector m = FloatVector.fromMemorySegment(S, ALL, scales + 8L * c + o, ORDER);
      FloatVector a = FloatVector.fromMemorySegment(S, ALL, scales + o, ORDER);
      FloatVector b = FloatVector.fromMemorySegment(S, ALL, scales + 4L * c + o, ORDER);
      FloatVector best = FloatVector.fromMemorySegment(S, ALL, corner + o, ORDER).sub(m).fma(a, b);
      IntVector position = IntVector.broadcast(I, first);
      for (int r = 0; r < height; r++) {
        long from = corner + o + 4L * c * w * r;
        for (int k = 0; k < width; k++) {
          FloatVector v = FloatVector.fromMemorySegment(S, ALL, from + 4L * c * k, ORDER).sub(m).fma(a, b);
          var wins = v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v));
          best = best.blend(v, wins);
          position = position.blend(first + r * pitch + k, wins.cast(I));
        }
      }
      var dead = best.compare(VectorOperators.LE, 0f);
      best.blend(0f, dead).intoMemorySegment(ALL, to + o, ORDER);
      Positions.store(position.blend(NormPool.NOWHERE, dead.cast(I)), at + i);
    }
  }

  /** One channel of a window, behind the last whole vector; all addresses are the channel's. */
  private void channel(int oh, int ow, long corner, long to, long at, long scale) {
    int height = shape.bottom(oh) - shape.top(oh);
    int width = shape.right(ow) - shape.left(ow);
    int first = NormPool.firstPosition(shape, oh, ow);
    float a = ALL.get(JAVA_FLOAT_UNALIGNED, scale);
    float b = ALL.get(JAVA_FLOAT_UNALIGNED, scale + 4L * c);
    float mean = ALL.get(JAVA_FLOAT_UNALIGNED, scale + 8L * c);
    float best = Math.fma(ALL.get(JAVA_FLOAT_UNALIGNED, corner) - mean, a, b);
    int position = first;
    for (int r = 0; r < height; r++) {
      for (int k = 0; k < width; k++) {
        float v = Math.fma(ALL.get(JAVA_FLOAT_UNALIGNED, corner + 4L * c * ((long) w * r + k)) - mean, a, b);
        if (v > best || v != v) {
          best = v;
          position = first + r * shape.kernel().w() + k;
        }
      }
    }
    ALL.set(JAVA_FLOAT_UNALIGNED, to, best <= 0 ? 0f : best);
    ALL.set(JAVA_BYTE, at, best <= 0 ? NormPool.NOWHERE : (byte) position);
  }
}
