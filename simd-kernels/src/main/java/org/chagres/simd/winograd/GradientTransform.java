package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Floats;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.outer.OuterTile;

/**
 * M = A dY Aᵀ for each tile of 2×2 pixels of the output's gradient, but for signs: A has the rows (1, 0), (1, 1), (1,
 * −1), (0, −1), of which the last is taken here as (0, 1), for {@link FilterTransform} to make up.
 *
 * <p>M lies as [panel][16][tile][channel of the panel], a panel being {@link OuterTile#WIDTH} channels; all at constant
 * distances.
 */
final class GradientTransform {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;
  private static final long VECTOR = 4L * LANES;
  private static final long TILE = 2 * VECTOR;

  /** Bytes from a plane to the next: a line more than it holds, lest a place of all fall into one set of a cache. */
  static final long PLANE = FilterPlan.TILES * TILE + 64;

  /** Bytes from a panel to the next. */
  static final long PANEL = 16 * PLANE;

  private final TileGrid grid;
  private final int channels;

  /**
   * A transform, for any number of threads.
   *
   * @param grid of the forward pass
   * @param channels of an output pixel
   */
  GradientTransform(TileGrid grid, int channels) {
    this.grid = grid;
    this.channels = channels;
  }

  /** Neighbouring panels of channels. */
  record Panels(int first, int count) {}

  /** Scratch that {@link #run} needs: a pixel of zeros, and the last channels of four pixels. */
  long scratchBytes() {
    return 4L * Lanes.roundUp(channels) + 4 * VECTOR;
  }

  /**
   * Transforms a block of tiles.
   *
   * @param dy the gradient, (N, outH, outW, channels)
   * @param first the number of the block's first tile among all images'
   * @param count how many tiles
   * @param panels of channels
   * @param m where they go; what a panel has beyond the last channel is filled with zeros
   * @param scratch of {@link #scratchBytes}
   */
  void run(long dy, long first, int count, Panels panels, long m, long scratch) {
    Floats.zero(scratch, Lanes.roundUp(channels) + 4 * LANES);
    long pixel = 4L * channels;
    long row = pixel * grid.outW();
    int from = panels.first() * OuterTile.WIDTH;
    int vectors = Math.min((channels - from) / LANES, 2 * panels.count());
    int tail = Math.min(channels, from + panels.count() * OuterTile.WIDTH) - from - vectors * LANES;
    int cols = grid.cols();
    int col = (int) (first % cols);
    long line = first / cols;
    for (int t = 0; t < count; t++) {
      int i = 2 * (int) (line % grid.rows());
      boolean right = 2 * col + 1 < grid.outW();
      boolean below = i + 1 < grid.outH();
      long offset = 4L * from;
      long y00 = dy + (line / grid.rows() * grid.outH() + i) * row + 2 * col * pixel + offset;
      long y01 = right ? y00 + pixel : scratch;
      long y10 = below ? y00 + row : scratch;
      long y11 = right && below ? y10 + pixel : scratch;
      long to = m + t * TILE;
      vectors(y00, y01, y10, y11, vectors, to);
      int v = vectors;
      if (tail > 0) {
        long rest = scratch + 4L * Lanes.roundUp(channels);
        copy(y00 + v * VECTOR, rest, tail);
        copy(y01 + v * VECTOR, rest + VECTOR, tail);
        copy(y10 + v * VECTOR, rest + 2 * VECTOR, tail);
        copy(y11 + v * VECTOR, rest + 3 * VECTOR, tail);
        vectors(rest, rest + VECTOR, rest + 2 * VECTOR, rest + 3 * VECTOR, 1, to + place(v++));
      }
      if (v < 2 * panels.count()) {
        vectors(scratch, scratch, scratch, scratch, 1, to + place(v));
      }
      if (++col == cols) {
        col = 0;
        line++;
      }
    }
  }

  /** Bytes from a tile's place in the first panel to that of one of its vectors. */
  private static long place(int vector) {
    return vector / 2 * PANEL + vector % 2 * VECTOR;
  }

  private static void copy(long from, long to, int floats) {
    for (int i = 0; i < floats; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * i));
    }
  }

  /** Neighbouring vectors of channels, the first at an even place of a panel or alone. */
  private static void vectors(long y00, long y01, long y10, long y11, int count, long to) {
    long y0 = y00 & ADDRESS;
    long y1 = y01 & ADDRESS;
    long y2 = y10 & ADDRESS;
    long y3 = y11 & ADDRESS;
    for (int v = 0; v < count; v++) {
      long o = VECTOR * v;
      long at = (to + (v >> 1) * PANEL + (v & 1) * VECTOR) & ADDRESS;
      var a = FloatVector.fromMemorySegment(S, ALL, y0 + o, ORDER);
      var b = FloatVector.fromMemorySegment(S, ALL, y1 + o, ORDER);
      var c = FloatVector.fromMemorySegment(S, ALL, y2 + o, ORDER);
      var d = FloatVector.fromMemorySegment(S, ALL, y3 + o, ORDER);
      a.intoMemorySegment(ALL, at, ORDER);
      a.add(b).intoMemorySegment(ALL, at + PLANE, ORDER);
      a.sub(b).intoMemorySegment(ALL, at + 2 * PLANE, ORDER);
      b.intoMemorySegment(ALL, at + 3 * PLANE, ORDER);
      var left = a.add(c);
      var right = b.add(d);
      left.intoMemorySegment(ALL, at + 4 * PLANE, ORDER);
      left.add(right).intoMemorySegment(ALL, at + 5 * PLANE, ORDER);
      left.sub(right).intoMemorySegment(ALL, at + 6 * PLANE, ORDER);
      right.intoMemorySegment(ALL, at + 7 * PLANE, ORDER);
      left = a.sub(c);
      right = b.sub(d);
      left.intoMemorySegment(ALL, at + 8 * PLANE, ORDER);
      left.add(right).intoMemorySegment(ALL, at + 9 * PLANE, ORDER);
      left.sub(right).intoMemorySegment(ALL, at + 10 * PLANE, ORDER);
      right.intoMemorySegment(ALL, at + 11 * PLANE, ORDER);
      c.intoMemorySegment(ALL, at + 12 * PLANE, ORDER);
      c.add(d).intoMemorySegment(ALL, at + 13 * PLANE, ORDER);
      c.sub(d).intoMemorySegment(ALL, at + 14 * PLANE, ORDER);
      d.intoMemorySegment(ALL, at + 15 * PLANE, ORDER);
    }
  }

  /** Adds the sum over the tiles of a panel to two vectors. */
  static void addTiles(long panel, int count, long sums) {
    FloatVector a = FloatVector.zero(S);
    FloatVector b = FloatVector.zero(S);
    long m = panel & ADDRESS;
    for (int t = 0; t < count; t++) {
      a = a.add(FloatVector.fromMemorySegment(S, ALL, m + TILE * t, ORDER));
      b = b.add(FloatVector.fromMemorySegment(S, ALL, m + TILE * t + VECTOR, ORDER));
    }
    long to = sums & ADDRESS;
    FloatVector.fromMemorySegment(S, ALL, to, ORDER).add(a).intoMemorySegment(ALL, to, ORDER);
    FloatVector.fromMemorySegment(S, ALL, to + VECTOR, ORDER).add(b).intoMemorySegment(ALL, to + VECTOR, ORDER);
  }
}
