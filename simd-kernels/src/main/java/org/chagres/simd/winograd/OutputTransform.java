package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/**
 * Y = Aᵀ m A + bias for each 4×4 tile m of sums, a block of channels at a time; Aᵀ = (1 1 1 0; 0 1 −1 −1).
 *
 * <p>Where the outputs of a tile go stands in a table, for each its four pixels' addresses; a pixel outside the image
 * has the address of a place that nobody reads.
 */
final class OutputTransform {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long V = 4L * Lanes.COUNT;

  /** Bytes from a plane of sums to the next. */
  static final long PLANE = Tiles.ROWS * Tiles.ROW;

  /** Bytes of a tile in the table. */
  static final long ENTRY = 32;

  private OutputTransform() {}

  /**
   * Writes the table of a block of tiles.
   *
   * @param grid how images are cut
   * @param first the number of the first tile
   * @param count how many tiles
   * @param y the output images
   * @param channels of an output image
   * @param table where; behind it a place for a pixel that lies outside
   */
  static void table(TileGrid grid, long first, int count, long y, int channels, long table) {
    long pixel = 4L * channels;
    long nowhere = table + ENTRY * count;
    int cols = grid.cols();
    int col = (int) (first % cols);
    long line = first / cols;
    int row = (int) (line % grid.rows());
    long image = y + line / grid.rows() * grid.outH() * grid.outW() * pixel;
    for (int t = 0; t < count; t++) {
      long at = table + ENTRY * t;
      long corner = image + (2L * row * grid.outW() + 2L * col) * pixel;
      boolean right = 2 * col + 1 < grid.outW();
      boolean below = 2 * row + 1 < grid.outH();
      long next = corner + grid.outW() * pixel;
      ALL.set(JAVA_LONG, at, corner);
      ALL.set(JAVA_LONG, at + 8, right ? corner + pixel : nowhere);
      ALL.set(JAVA_LONG, at + 16, below ? next : nowhere);
      ALL.set(JAVA_LONG, at + 24, right && below ? next + pixel : nowhere);
      if (++col == cols) {
        col = 0;
        if (++row == grid.rows()) {
          row = 0;
          image += (long) grid.outH() * grid.outW() * pixel;
        }
      }
    }
  }

  /**
   * Transforms one tile.
   *
   * @param sums of the tile in plane 0; the next planes at distances of {@link #PLANE}
   * @param pixels four addresses
   * @param channel bytes added to each
   * @param bias of the block's channels
   */
  static void tile(long sums, long pixels, long channel, long bias) {
    long from = sums & ADDRESS;
    long added = bias & ADDRESS;
    long to00 = (ALL.get(JAVA_LONG, pixels) + channel) & ADDRESS;
    long to01 = (ALL.get(JAVA_LONG, pixels + 8) + channel) & ADDRESS;
    long to10 = (ALL.get(JAVA_LONG, pixels + 16) + channel) & ADDRESS;
    long to11 = (ALL.get(JAVA_LONG, pixels + 24) + channel) & ADDRESS;
    for (int i = 0; i < 2; i++) {
      long m = from + V * i;
      var b = FloatVector.fromMemorySegment(S, ALL, added + V * i, ORDER);
      var m0 = FloatVector.fromMemorySegment(S, ALL, m, ORDER);
      var m1 = FloatVector.fromMemorySegment(S, ALL, m + 4 * PLANE, ORDER);
      var m2 = FloatVector.fromMemorySegment(S, ALL, m + 8 * PLANE, ORDER);
      var m3 = FloatVector.fromMemorySegment(S, ALL, m + 12 * PLANE, ORDER);
      var y00 = m0.add(m1).add(m2).add(b);
      var y10 = m1.sub(m2).sub(m3).add(b);
      VarHandle.loadLoadFence();
      m0 = FloatVector.fromMemorySegment(S, ALL, m + PLANE, ORDER);
      m1 = FloatVector.fromMemorySegment(S, ALL, m + 5 * PLANE, ORDER);
      m2 = FloatVector.fromMemorySegment(S, ALL, m + 9 * PLANE, ORDER);
      m3 = FloatVector.fromMemorySegment(S, ALL, m + 13 * PLANE, ORDER);
      var top = m0.add(m1).add(m2);
      var low = m1.sub(m2).sub(m3);
      y00 = y00.add(top);
      y10 = y10.add(low);
      var y01 = b.add(top);
      var y11 = b.add(low);
      VarHandle.loadLoadFence();
      m0 = FloatVector.fromMemorySegment(S, ALL, m + 2 * PLANE, ORDER);
      m1 = FloatVector.fromMemorySegment(S, ALL, m + 6 * PLANE, ORDER);
      m2 = FloatVector.fromMemorySegment(S, ALL, m + 10 * PLANE, ORDER);
      m3 = FloatVector.fromMemorySegment(S, ALL, m + 14 * PLANE, ORDER);
      top = m0.add(m1).add(m2);
      low = m1.sub(m2).sub(m3);
      y00.add(top).intoMemorySegment(ALL, to00 + V * i, ORDER);
      y10.add(low).intoMemorySegment(ALL, to10 + V * i, ORDER);
      y01 = y01.sub(top);
      y11 = y11.sub(low);
      VarHandle.loadLoadFence();
      m0 = FloatVector.fromMemorySegment(S, ALL, m + 3 * PLANE, ORDER);
      m1 = FloatVector.fromMemorySegment(S, ALL, m + 7 * PLANE, ORDER);
      m2 = FloatVector.fromMemorySegment(S, ALL, m + 11 * PLANE, ORDER);
      m3 = FloatVector.fromMemorySegment(S, ALL, m + 15 * PLANE, ORDER);
      y01.sub(m0.add(m1).add(m2)).intoMemorySegment(ALL, to01 + V * i, ORDER);
      y11.sub(m1.sub(m2).sub(m3)).intoMemorySegment(ALL, to11 + V * i, ORDER);
    }
  }
}
