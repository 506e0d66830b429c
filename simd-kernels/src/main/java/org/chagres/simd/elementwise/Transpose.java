package org.chagres.simd.elementwise;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.Strided;

/**
 * The gather of a view whose contiguous dimension is not the last: (N, C, HW) read from (N, HW, C) and the reverse.
 * Tiles of 16 × 16 are read along the source's contiguous dimension's lines and written along the result's, so that
 * each line of memory that comes into the cache is used up while it is there.
 */
final class Transpose extends Job {

  private static final int TILE = 16;
  private static final int ACROSS = 64;
  private static final long ALONG = 4096;
  private static final long LEAST_ELEMENTS = 16_384;

  private final long[] dims;
  private final long[] from;
  private final long[] to;
  private final int size;
  private final long x;
  private final long y;
  /** The dimension that is contiguous in the source. */
  private final int across;

  private final int last;
  private final long acrossBlocks;
  private final long alongBlocks;
  private final long units;
  private final long unitsPerChunk;

  Transpose(Strided shape, int size, long x, long y) {
    this.dims = shape.dims().clone();
    this.from = shape.strides()[0].clone();
    this.last = dims.length - 1;
    this.to = new long[dims.length];
    long step = 1;
    for (int d = last; d >= 0; d--) {
      to[d] = step;
      step *= dims[d];
    }
    this.size = size;
    this.x = x;
    this.y = y;
    this.across = contiguous(shape);
    this.acrossBlocks = (dims[across] + ACROSS - 1) / ACROSS;
    this.alongBlocks = (dims[last] + ALONG - 1) / ALONG;
    this.units = step / dims[across] / dims[last] * acrossBlocks * alongBlocks;
    long unit = Math.max(1, step / units);
    this.unitsPerChunk = Math.max((LEAST_ELEMENTS + unit - 1) / unit, (units + 63) / 64);
  }

  /** Whether this is the way for a geometry: another dimension than the last is contiguous and neither is short. */
  static boolean fits(Strided shape) {
    int across = contiguous(shape);
    int last = shape.dims().length - 1;
    return across >= 0 && across < last && shape.dims()[last] >= 4 && shape.strides()[0][last] > 1;
  }

  private static int contiguous(Strided shape) {
    int found = -1;
    for (int d = 0; d < shape.dims().length; d++) {
      if (shape.strides()[0][d] == 1 && shape.dims()[d] > 2) {
        found = d;
      }
    }
    return found;
  }

  @Override
  public int chunks(int phase) {
    return (int) ((units + unitsPerChunk - 1) / unitsPerChunk);
  }

  @Override
  public long estimatedNanos() {
    return to[0] * dims[0] / 2;
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    long end = Math.min(units, (chunk + 1) * unitsPerChunk);
    for (long unit = chunk * unitsPerChunk; unit < end; unit++) {
      long rest = unit / alongBlocks;
      long j = (unit - rest * alongBlocks) * ALONG;
      long batch = rest / acrossBlocks;
      long i = (rest - batch * acrossBlocks) * ACROSS;
      long source = i * from[across] + j * from[last];
      long target = i * to[across] + j * to[last];
      for (int d = last - 1; d >= 0; d--) {
        if (d != across) {
          long index = batch % dims[d];
          batch /= dims[d];
          source += index * from[d];
          target += index * to[d];
        }
      }
      int rows = (int) Math.min(ACROSS, dims[across] - i);
      int columns = (int) Math.min(ALONG, dims[last] - j);
      block(x + source * size, y + target * size, rows, columns);
    }
  }

  private void block(long source, long target, int rows, int columns) {
    long read = from[last] * size;
    long write = to[across] * size;
    for (int j = 0; j < columns; j += TILE) {
      int width = Math.min(TILE, columns - j);
      for (int i = 0; i < rows; i += TILE) {
        int height = Math.min(TILE, rows - i);
        long tileSource = source + (long) i * size + j * read;
        long tileTarget = target + i * write + (long) j * size;
        for (int r = 0; r < height; r++) {
          line(tileSource + (long) r * size, read, tileTarget + r * write, width);
        }
      }
    }
  }

  private void line(long source, long read, long target, int n) {
    switch (size) {
      case 4 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_INT_UNALIGNED, target + 4L * i, ALL.get(JAVA_INT_UNALIGNED, source + i * read));
        }
      }
      case 8 -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_LONG_UNALIGNED, target + 8L * i, ALL.get(JAVA_LONG_UNALIGNED, source + i * read));
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          ALL.set(JAVA_BYTE, target + i, ALL.get(JAVA_BYTE, source + i * read));
        }
      }
    }
  }
}
