package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.outer.OuterTile;

/** Moves floats between images and scratch. */
final class Copies {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int LANES = Lanes.COUNT;

  private Copies() {}

  /** Writes zeros. */
  static void zero(long to, int floats) {
    FloatVector zero = FloatVector.zero(S);
    int i = 0;
    for (; i <= floats - LANES; i += LANES) {
      zero.intoMemorySegment(ALL, to + 4L * i, ORDER);
    }
    for (; i < floats; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, 0f);
    }
  }

  /** Copies floats. */
  static void copy(long from, long to, int floats) {
    int i = 0;
    for (; i <= floats - LANES; i += LANES) {
      FloatVector.fromMemorySegment(S, ALL, from + 4L * i, ORDER).intoMemorySegment(ALL, to + 4L * i, ORDER);
    }
    for (; i < floats; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * i));
    }
  }

  /**
   * Copies some channels of neighbouring pixels and sets the rest of a block of channels to zero.
   *
   * @param from the first pixel's first channel
   * @param to where it goes
   * @param pixels how many
   * @param channels to copy
   * @param block channels that are written, at least as many
   * @param strides bytes from pixel to pixel
   */
  static void pixels(long from, long to, int pixels, int channels, int block, Strides strides) {
    long step = strides.from();
    long stride = strides.to();
    if (channels == LANES && block == LANES) {
      for (int p = 0; p < pixels; p++) {
        FloatVector.fromMemorySegment(S, ALL, from + p * step, ORDER)
            .intoMemorySegment(ALL, to + p * stride, ORDER);
      }
      return;
    }
    for (int p = 0; p < pixels; p++) {
      copy(from + p * step, to + p * stride, channels);
      zero(to + p * stride + 4L * channels, block - channels);
    }
  }

  /**
   * Copies channels of neighbouring pixels to panels of two vectors, [panel][pixel][channel].
   *
   * @param from the first pixel's first channel
   * @param to where the first panel goes
   * @param pixels how many
   * @param panels how many
   * @param strides bytes from pixel to pixel in what is read, from panel to panel in what is written
   */
  static void panels(long from, long to, int pixels, int panels, Strides strides) {
    long vector = 4L * LANES;
    for (int p = 0; p < pixels; p++) {
      long f = (from + p * strides.from()) & ADDRESS;
      long t = (to + 2 * vector * p) & ADDRESS;
      for (int i = 0; i < panels; i++) {
        FloatVector.fromMemorySegment(S, ALL, f, ORDER).intoMemorySegment(ALL, t, ORDER);
        FloatVector.fromMemorySegment(S, ALL, f + vector, ORDER).intoMemorySegment(ALL, t + vector, ORDER);
        f = (f + 2 * vector) & ADDRESS;
        t = (t + strides.to()) & ADDRESS;
      }
    }
  }

  /**
   * Sets runs of floats of rows of {@link OuterTile#STEP} bytes to zero.
   *
   * @param to the first run
   * @param floats of a run
   * @param rows how many runs
   */
  static void zeroRuns(long to, int floats, int rows) {
    long t = to & ADDRESS;
    FloatVector zero = FloatVector.zero(S);
    long last = 4L * (floats - LANES);
    for (int r = 0; r < rows; r++) {
      if (floats < LANES) {
        for (int i = 0; i < floats; i++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, t + 4L * i, 0f);
        }
      } else {
        for (int i = 0; i < floats - LANES; i += LANES) {
          zero.intoMemorySegment(ALL, t + 4L * i, ORDER);
        }
        zero.intoMemorySegment(ALL, t + last, ORDER);
      }
      t = (t + OuterTile.STEP) & ADDRESS;
    }
  }

  /**
   * Copies runs of floats to rows of {@link OuterTile#STEP} bytes.
   *
   * @param from the first run
   * @param step bytes from run to run
   * @param to where the first goes
   * @param floats of a run
   * @param rows how many runs
   */
  static void runs(long from, long step, long to, int floats, int rows) {
    long f = from & ADDRESS;
    long t = to & ADDRESS;
    if (floats < LANES) {
      for (int r = 0; r < rows; r++) {
        for (int i = 0; i < floats; i++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, t + 4L * i, ALL.get(JAVA_FLOAT_UNALIGNED, f + 4L * i));
        }
        f = (f + step) & ADDRESS;
        t = (t + OuterTile.STEP) & ADDRESS;
      }
      return;
    }
    long last = 4L * (floats - LANES);
    if (floats <= 2 * LANES) {
      for (int r = 0; r < rows; r++) {
        FloatVector.fromMemorySegment(S, ALL, f, ORDER).intoMemorySegment(ALL, t, ORDER);
        FloatVector.fromMemorySegment(S, ALL, f + last, ORDER).intoMemorySegment(ALL, t + last, ORDER);
        f = (f + step) & ADDRESS;
        t = (t + OuterTile.STEP) & ADDRESS;
      }
      return;
    }
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < floats - LANES; i += LANES) {
        FloatVector.fromMemorySegment(S, ALL, f + 4L * i, ORDER).intoMemorySegment(ALL, t + 4L * i, ORDER);
      }
      FloatVector.fromMemorySegment(S, ALL, f + last, ORDER).intoMemorySegment(ALL, t + last, ORDER);
      f = (f + step) & ADDRESS;
      t = (t + OuterTile.STEP) & ADDRESS;
    }
  }

  /** Adds floats to others. */
  static void add(long from, long to, int floats) {
    int i = 0;
    for (; i <= floats - LANES; i += LANES) {
      FloatVector.fromMemorySegment(S, ALL, from + 4L * i, ORDER)
          .add(FloatVector.fromMemorySegment(S, ALL, to + 4L * i, ORDER))
          .intoMemorySegment(ALL, to + 4L * i, ORDER);
    }
    for (; i < floats; i++) {
      float sum = ALL.get(JAVA_FLOAT_UNALIGNED, to + 4L * i) + ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * i);
      ALL.set(JAVA_FLOAT_UNALIGNED, to + 4L * i, sum);
    }
  }

  /** Adds the sum of rows, each of whole vectors, to a row. */
  static void addRows(long from, int rows, int floats, long to) {
    for (int v = 0; v < floats; v += LANES) {
      FloatVector sum = FloatVector.zero(S);
      long at = from + 4L * v;
      for (int r = 0; r < rows; r++) {
        sum = sum.add(FloatVector.fromMemorySegment(S, ALL, at, ORDER));
        at += 4L * floats;
      }
      long place = to + 4L * v;
      sum.add(FloatVector.fromMemorySegment(S, ALL, place, ORDER)).intoMemorySegment(ALL, place, ORDER);
    }
  }

  /**
   * Bytes from pixel to pixel.
   *
   * @param from in what is read
   * @param to in what is written
   */
  record Strides(long from, long to) {}
}
