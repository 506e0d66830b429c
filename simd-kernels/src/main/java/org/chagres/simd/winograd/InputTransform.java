package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;

/**
 * V = Bᵀ d B for each 4×4 tile d of an image, channel by channel, vectors along channels; Bᵀ = (1 0 −1 0; 0 1 1 0; 0 −1
 * 1 0; 0 1 0 −1).
 *
 * <p>Neighbouring tiles of a row are done together, a block of channels at a time: Bᵀ d goes to scratch, each column of
 * the image once though two tiles share it, with zeros for columns outside; then (Bᵀ d) B to the planes. The rows of a
 * strip in scratch are at constant distances, so one address serves all loads.
 */
final class InputTransform {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;

  /** Tiles of a strip at most. */
  private static final int TILES = 8;

  /** Channels of a strip at most. */
  private static final int CHANNELS = TileLayout.CHANNELS;

  /**
   * Bytes from a column to the next in scratch, and from a row to the next: 18 KiB in all, half of a first-level
   * cache.
   */
  private static final long COL = TileLayout.BLOCK;

  private static final long ROW = COL * (2 * TILES + 2);

  private static final long ZEROS_AT = 64;
  private static final long STRIP_AT = ZEROS_AT + COL;

  private final TileGrid grid;
  private final TileLayout layout;

  /**
   * A transform, for any number of threads.
   *
   * @param grid how images are cut into tiles
   * @param layout where transformed tiles go
   */
  InputTransform(TileGrid grid, TileLayout layout) {
    this.grid = grid;
    this.layout = layout;
  }

  /** Scratch that {@link #run} needs, whatever the shape. */
  static long scratchBytes() {
    return STRIP_AT + 4 * ROW;
  }

  /**
   * Transforms a block of tiles.
   *
   * @param x the images
   * @param first the number of the block's first tile among all images'
   * @param count how many tiles
   * @param v where they go, the first as tile 0 of the layout; channels up to whole vectors are filled with zeros
   * @param scratch of {@link #scratchBytes}, aligned to 64
   */
  void run(long x, long first, int count, long v, long scratch) {
    Floats.zero(scratch + ZEROS_AT, CHANNELS);
    int cols = grid.cols();
    for (int done = 0; done < count;) {
      int col = (int) ((first + done) % cols);
      long line = (first + done) / cols;
      int row = (int) (line % grid.rows());
      long image = x + line / grid.rows() * grid.imageBytes();
      int tiles = Math.min(Math.min(count - done, cols - col), TILES);
      long block = v + done * layout.tileBytes();
      for (int c = 0; c < grid.channels(); c += CHANNELS) {
        int channels = Math.min(CHANNELS, grid.channels() - c);
        strip(image + 4L * c, row, col, tiles, channels, scratch);
        for (int t = 0; t < tiles; t++) {
          long strip = scratch + STRIP_AT + 2 * COL * t;
          columns(strip, channels, block + t * layout.tileBytes(), layout.planeBytes());
        }
        block += layout.blockBytes();
      }
      done += tiles;
    }
  }

  /** Bᵀ d of the columns that some tiles of a row read. */
  private void strip(long image, int row, int col, int tiles, int channels, long scratch) {
    long step = 4L * grid.channels();
    int top = 2 * row - grid.top();
    int left = 2 * col - grid.left();
    int width = 2 * tiles + 2;
    int from = Math.clamp(-(long) left, 0, width);
    int to = Math.clamp((long) grid.w() - left, from, width);
    for (int i = 0; i < 4; i++) {
      boolean inside = top + i >= 0 && top + i < grid.h();
      long start = inside ? image + step * ((long) (top + i) * grid.w() + left + from) : scratch + ZEROS_AT;
      ALL.set(JAVA_LONG, scratch + 16L * i, start);
      ALL.set(JAVA_LONG, scratch + 16L * i + 8, inside ? step : 0);
    }
    long strip = scratch + STRIP_AT;
    for (int j = 0; j < from; j++) {
      zeroColumn(strip + COL * j, channels);
    }
    rows(scratch, to - from, channels, strip + COL * from);
    for (int j = to; j < width; j++) {
      zeroColumn(strip + COL * j, channels);
    }
  }

  private static void zeroColumn(long column, int channels) {
    int padded = Lanes.roundUp(channels);
    for (int i = 0; i < 4; i++) {
      Floats.zero(column + ROW * i, padded);
    }
  }

  /**
   * Bᵀ d of neighbouring columns.
   *
   * @param table for each of four rows the address of its first column and the bytes to the next
   * @param cols how many columns
   * @param channels how many
   * @param to the first column in scratch
   */
  private static void rows(long table, int cols, int channels, long to) {
    long at0 = ALL.get(JAVA_LONG, table);
    long at1 = ALL.get(JAVA_LONG, table + 16);
    long at2 = ALL.get(JAVA_LONG, table + 32);
    long at3 = ALL.get(JAVA_LONG, table + 48);
    int whole = channels & -LANES;
    for (int j = 0; j < cols; j++) {
      long x0 = at0 & ADDRESS;
      long x1 = at1 & ADDRESS;
      long x2 = at2 & ADDRESS;
      long x3 = at3 & ADDRESS;
      long column = (to + COL * j) & ADDRESS;
      for (int c = 0; c < whole; c += LANES) {
        long o = 4L * c;
        var d1 = FloatVector.fromMemorySegment(S, ALL, x1 + o, ORDER);
        var d2 = FloatVector.fromMemorySegment(S, ALL, x2 + o, ORDER);
        FloatVector.fromMemorySegment(S, ALL, x0 + o, ORDER).sub(d2).intoMemorySegment(ALL, column + o, ORDER);
        d1.add(d2).intoMemorySegment(ALL, column + o + ROW, ORDER);
        d2.sub(d1).intoMemorySegment(ALL, column + o + 2 * ROW, ORDER);
        d1.sub(FloatVector.fromMemorySegment(S, ALL, x3 + o, ORDER))
            .intoMemorySegment(ALL, column + o + 3 * ROW, ORDER);
      }
      if (whole < channels) {
        FloatVector zero = FloatVector.zero(S);
        long tail = column + 4L * whole;
        zero.intoMemorySegment(ALL, tail, ORDER);
        zero.intoMemorySegment(ALL, tail + ROW, ORDER);
        zero.intoMemorySegment(ALL, tail + 2 * ROW, ORDER);
        zero.intoMemorySegment(ALL, tail + 3 * ROW, ORDER);
        for (int c = whole; c < channels; c++) {
          long o = 4L * c;
          float d0 = ALL.get(JAVA_FLOAT_UNALIGNED, x0 + o);
          float d1 = ALL.get(JAVA_FLOAT_UNALIGNED, x1 + o);
          float d2 = ALL.get(JAVA_FLOAT_UNALIGNED, x2 + o);
          float d3 = ALL.get(JAVA_FLOAT_UNALIGNED, x3 + o);
          ALL.set(JAVA_FLOAT_UNALIGNED, column + o, d0 - d2);
          ALL.set(JAVA_FLOAT_UNALIGNED, column + o + ROW, d1 + d2);
          ALL.set(JAVA_FLOAT_UNALIGNED, column + o + 2 * ROW, d2 - d1);
          ALL.set(JAVA_FLOAT_UNALIGNED, column + o + 3 * ROW, d1 - d3);
        }
      }
      at0 += ALL.get(JAVA_LONG, table + 8);
      at1 += ALL.get(JAVA_LONG, table + 24);
      at2 += ALL.get(JAVA_LONG, table + 40);
      at3 += ALL.get(JAVA_LONG, table + 56);
    }
  }

  /** (Bᵀ d) B of one tile. */
  private static void columns(long tile, int channels, long to, long plane) {
    for (int c = 0; c < channels; c += LANES) {
      long f = (tile + 4L * c) & ADDRESS;
      long t = to + 4L * c;
      for (int i = 0; i < 4; i++) {
        var r0 = FloatVector.fromMemorySegment(S, ALL, f, ORDER);
        var r1 = FloatVector.fromMemorySegment(S, ALL, f + COL, ORDER);
        var r2 = FloatVector.fromMemorySegment(S, ALL, f + 2 * COL, ORDER);
        var r3 = FloatVector.fromMemorySegment(S, ALL, f + 3 * COL, ORDER);
        r0.sub(r2).intoMemorySegment(ALL, t & ADDRESS, ORDER);
        t += plane;
        r1.add(r2).intoMemorySegment(ALL, t & ADDRESS, ORDER);
        t += plane;
        r2.sub(r1).intoMemorySegment(ALL, t & ADDRESS, ORDER);
        t += plane;
        r1.sub(r3).intoMemorySegment(ALL, t & ADDRESS, ORDER);
        t += plane;
        f = (f + ROW) & ADDRESS;
        VarHandle.loadLoadFence();
      }
    }
  }
}
