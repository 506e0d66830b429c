package org.chagres.simd.pool;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;

/** Average pooling, vectors along the channels. A window's rows are summed on their own first, which keeps large ones exact. */
final class AverageForward extends Job {

  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private final Windows windows;
  private final int c;
  private final int h;
  private final int w;
  private final int outH;
  private final int outW;
  private final long x;
  private final long y;
  private final double nanosEach;
  private final Split pixels;

  AverageForward(Windows windows, long x, long y) {
    this.windows = windows;
    this.c = windows.shape.c();
    this.h = windows.shape.h();
    this.w = windows.shape.w();
    this.outH = windows.shape.out().h();
    this.outW = windows.shape.out().w();
    this.x = x;
    this.y = y;
    this.nanosEach = 5 + 0.15 * c * windows.largest();
    this.pixels = Split.of((long) windows.shape.n() * outH * outW, nanosEach);
  }

  @Override
  public int chunks(int phase) {
    return pixels.chunks();
  }

  @Override
  public long estimatedNanos() {
    return (long) (pixels.count() * nanosEach);
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    for (long p = pixels.from(chunk); p < pixels.to(chunk); p++) {
      int ow = (int) (p % outW);
      int oh = (int) (p / outW % outH);
      long image = x + p / outW / outH * h * w * c * 4;
      long corner = image + 4L * c * ((long) windows.top[oh] * w + windows.left[ow]);
      int height = windows.bottom[oh] - windows.top[oh];
      int width = windows.right[ow] - windows.left[ow];
      pixel(corner, height, width, windows.shape.divisor(oh, ow), y + 4 * p * c);
    }
  }

  private void pixel(long corner, int height, int width, int divisor, long to) {
    int i = 0;
    for (; i + S.length() <= c; i += S.length()) {
      FloatVector sum = FloatVector.zero(S);
      for (int r = 0; r < height; r++) {
        FloatVector row = FloatVector.zero(S);
        long from = corner + 4L * i + 4L * c * w * r;
        for (int k = 0; k < width; k++) {
          row = row.add(FloatVector.fromMemorySegment(S, ALL, from + 4L * c * k, ORDER));
        }
        sum = sum.add(row);
      }
      sum.div(divisor).intoMemorySegment(ALL, to + 4L * i, ORDER);
    }
    for (; i < c; i++) {
      float sum = 0;
      for (int r = 0; r < height; r++) {
        float row = 0;
        for (int k = 0; k < width; k++) {
          row += ALL.get(JAVA_FLOAT_UNALIGNED, corner + 4L * i + 4L * c * ((long) w * r + k));
        }
        sum += row;
      }
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, sum / divisor);
    }
  }
}
