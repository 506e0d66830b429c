package org.chagres.simd.pool;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;

/** Max pooling, one output pixel after another, vectors along the channels. A cell wins if it is larger or NaN. */
final class MaxForward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final VectorSpecies<Integer> I = Positions.I;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final Windows windows;
  private final int c;
  private final int h;
  private final int w;
  private final int outH;
  private final int outW;
  private final long x;
  private final long y;
  private final long indices;
  private final boolean twoByTwo;
  private final double nanosEach;
  private final Split rows;

  MaxForward(Windows windows, long x, long y, long indices) {
    this.windows = windows;
    this.c = windows.shape.c();
    this.h = windows.shape.h();
    this.w = windows.shape.w();
    this.outH = windows.shape.out().h();
    this.outW = windows.shape.out().w();
    this.x = x;
    this.y = y;
    this.indices = indices;
    this.twoByTwo = windows.twoByTwo();
    this.nanosEach = outW * (5 + 0.15 * c * windows.largest());
    this.rows = Split.of((long) windows.shape.n() * outH, nanosEach);
  }

  @Override
  public int chunks(int phase) {
    return rows.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (rows.count() * nanosEach);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    for (long row = rows.from(chunk); row < rows.to(chunk); row++) {
      int oh = (int) (row % outH);
      long image = x + row / outH * h * w * c * 4;
      long pixel = row * outW * c;
      for (int ow = 0; ow < outW; ow++, pixel += c) {
        long corner = image + 4L * c * ((long) windows.top[oh] * w + windows.left[ow]);
        long to = y + 4 * pixel;
        long at = indices == 0 ? 0 : indices + pixel;
        int done = c / S.length() * S.length();
        if (twoByTwo && at != 0) {
          four(corner, to, at);
        } else if (at != 0) {
          window(oh, ow, corner, to, at);
        } else {
          values(oh, ow, corner, to);
        }
        for (int i = done; i < c; i++) {
          channel(oh, ow, corner + 4L * i, to + 4L * i, at == 0 ? 0 : at + i);
        }
      }
    }
  }

  private void four(long corner, long to, long at) {
    long right = 4L * c;
    long down = 4L * c * w;
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      long o = corner + 4L * i;
      FloatVector best = FloatVector.fromMemorySegment(S, ALL, o, ORDER);
      FloatVector v1 = FloatVector.fromMemorySegment(S, ALL, o + right, ORDER);
      FloatVector v2 = FloatVector.fromMemorySegment(S, ALL, o + down, ORDER);
      FloatVector v3 = FloatVector.fromMemorySegment(S, ALL, o + down + right, ORDER);
      var m1 = v1.compare(VectorOperators.GT, best).or(v1.compare(VectorOperators.NE, v1));
      best = best.blend(v1, m1);
      var m2 = v2.compare(VectorOperators.GT, best).or(v2.compare(VectorOperators.NE, v2));
      best = best.blend(v2, m2);
      var m3 = v3.compare(VectorOperators.GT, best).or(v3.compare(VectorOperators.NE, v3));
      best.blend(v3, m3).intoMemorySegment(ALL, to + 4L * i, ORDER);
      IntVector position = IntVector.zero(I).blend(1, m1.cast(I)).blend(2, m2.cast(I)).blend(3, m3.cast(I));
      Positions.store(position, at + i);
    }
  }

  private void window(int oh, int ow, long corner, long to, long at) {
    int height = windows.bottom[oh] - windows.top[oh];
    int width = windows.right[ow] - windows.left[ow];
    int first = windows.firstPosition(oh, ow);
    int pitch = windows.pitch(ow);
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      FloatVector best = FloatVector.fromMemorySegment(S, ALL, corner + 4L * i, ORDER);
      IntVector position = IntVector.broadcast(I, first);
      for (int r = 0; r < height; r++) {
        long from = corner + 4L * i + 4L * c * w * r;
        for (int k = 0; k < width; k++) {
          FloatVector v = FloatVector.fromMemorySegment(S, ALL, from + 4L * c * k, ORDER);
          var wins = v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v));
          best = best.blend(v, wins);
          position = position.blend(first + r * pitch + k, wins.cast(I));
        }
      }
      best.intoMemorySegment(ALL, to + 4L * i, ORDER);
      Positions.store(position, at + i);
    }
  }

  private void values(int oh, int ow, long corner, long to) {
    int height = windows.bottom[oh] - windows.top[oh];
    int width = windows.right[ow] - windows.left[ow];
    for (int i = 0; i + S.length() <= c; i += S.length()) {
      FloatVector best = FloatVector.fromMemorySegment(S, ALL, corner + 4L * i, ORDER);
      for (int r = 0; r < height; r++) {
        long from = corner + 4L * i + 4L * c * w * r;
        for (int k = 0; k < width; k++) {
          FloatVector v = FloatVector.fromMemorySegment(S, ALL, from + 4L * c * k, ORDER);
          best = best.blend(v, v.compare(VectorOperators.GT, best).or(v.compare(VectorOperators.NE, v)));
        }
      }
      best.intoMemorySegment(ALL, to + 4L * i, ORDER);
    }
  }

  private void channel(int oh, int ow, long corner, long to, long at) {
    int height = windows.bottom[oh] - windows.top[oh];
    int width = windows.right[ow] - windows.left[ow];
    float best = ALL.get(JAVA_FLOAT_UNALIGNED, corner);
    int position = 0;
    for (int r = 0; r < height; r++) {
      for (int k = 0; k < width; k++) {
        float v = ALL.get(JAVA_FLOAT_UNALIGNED, corner + 4L * c * ((long) w * r + k));
        if (v > best || v != v) {
          best = v;
          position = r * windows.pitch(ow) + k;
        }
      }
    }
    ALL.set(JAVA_FLOAT_UNALIGNED, to, best);
    if (at != 0) {
      ALL.set(JAVA_BYTE, at, (byte) (windows.firstPosition(oh, ow) + position));
    }
  }
}
