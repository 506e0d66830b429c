package org.chagres.simd.pool;

import org.chagres.simd.lanes.Floats;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Split;

/**
 * What backward passes of pooling share. A chunk owns rows of dx: it goes through the windows that reach into them, in order,
 * and adds each window's share to those of its cells that it owns. Rows are set to zero just before the first window that
 * needs them, while they come into cache anyway. So overlapping windows need no locks, each element is added up in the order
 * of the windows whatever the chunks, and all of dx is written.
 */
abstract class Spread extends Job {

  final Windows windows;
  final int c;
  final int h;
  final int w;
  final int outH;
  final int outW;
  final long dx;
  private final double nanosEach;
  private final Split rows;

  Spread(Windows windows, long dx) {
    this.windows = windows;
    this.c = windows.shape.c();
    this.h = windows.shape.h();
    this.w = windows.shape.w();
    this.outH = windows.shape.out().h();
    this.outW = windows.shape.out().w();
    this.dx = dx;
    double overlap = (double) windows.largest() * outH * outW / ((double) h * w);
    this.nanosEach = (double) w * c * (0.2 + 0.3 * overlap);
    this.rows = Split.of((long) windows.shape.n() * h, nanosEach);
  }

  @Override
  public final int chunks(int phase) {
    return rows.chunks();
  }

  @Override
  public final long estimatedNanos() {
    return (long) (rows.count() * nanosEach);
  }

  @Override
  protected final void run(int phase, int chunk, long local, long shared) {
    long row = rows.from(chunk);
    long end = rows.to(chunk);
    while (row < end) {
      long image = row / h;
      int from = (int) (row % h);
      int to = (int) Math.min(h, from + end - row);
      image(image, from, to);
      row += to - from;
    }
  }

  private void image(long image, int from, int to) {
    int ready = from;
    for (int oh = 0; oh < outH; oh++) {
      int top = Math.max(from, windows.top[oh]);
      int bottom = Math.min(to, windows.bottom[oh]);
      if (top >= bottom) {
        continue;
      }
      if (ready < bottom && !writesAll(oh, top, bottom)) {
        zero(image, ready, bottom);
      }
      ready = Math.max(ready, bottom);
      rows(image, oh, top, bottom);
    }
    zero(image, ready, to);
  }

  private void zero(long image, int from, int to) {
    if (from < to) {
      Floats.zero(address(image, from, 0), (long) (to - from) * w * c);
    }
  }

  /** Address of a pixel of dx. */
  final long address(long image, int row, int column) {
    return dx + 4 * ((image * h + row) * w + column) * c;
  }

  /** Whether the windows of an output row write, not add, all of the input rows top to bottom. */
  boolean writesAll(int oh, int top, int bottom) {
    return false;
  }

  /** Spreads an output row over the input rows top to bottom. */
  abstract void rows(long image, int oh, int top, int bottom);
}
