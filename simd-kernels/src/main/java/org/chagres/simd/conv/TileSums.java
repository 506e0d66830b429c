package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.conv.Tiling.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;

/** Brings a tile's sums from the micro-kernel's buffer to where they belong. */
final class TileSums {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final long VECTOR = 4L * Lanes.COUNT;

  private TileSums() {}

  /**
   * Writes sums plus what they start from to the pixels of a table.
   *
   * @param sums of the tile
   * @param width bytes of a pixel's sums
   * @param pixels the table entry of the first pixel
   * @param target bytes added to each pixel of the target
   * @param init what the first pixel's sums start from
   * @param step bytes from there to the next pixel's
   */
  static void store(long sums, long width, long pixels, long target, long init, long step) {
    long from = sums & ADDRESS;
    long start = init & ADDRESS;
    for (int p = 0; p < Tiling.PIXELS; p++) {
      long to = (ALL.get(JAVA_LONG, pixels + 16L * p + 8) + target) & ADDRESS;
      for (long v = 0; v < width; v += VECTOR) {
        FloatVector.fromMemorySegment(S, ALL, from + v, ORDER)
            .add(FloatVector.fromMemorySegment(S, ALL, start + v, ORDER))
            .intoMemorySegment(ALL, to + v, ORDER);
      }
      from = (from + width) & ADDRESS;
      start = (start + step) & ADDRESS;
    }
  }
}
