package org.chagres.train.data.transform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

/** The inner loops of {@link Image}: runs of pixels of one row, on addresses that the image has checked. */
final class Rows {

  private Rows() {}

  /** Writes one pixel value again and again. */
  static void fill(long to, int pixels, float[] pixel) {
    long a = to;
    for (int x = 0; x < pixels; x++) {
      for (int c = 0; c < pixel.length; c++, a += 4) {
        ALL.set(JAVA_FLOAT_UNALIGNED, a, pixel[c]);
      }
    }
  }

  /** Copies pixels of interleaved floats; a negative step goes from right to left. */
  static void floats(long from, long step, long to, int pixels, int channels) {
    for (int x = 0; x < pixels; x++) {
      long s = from + x * step;
      long d = to + x * 4L * channels;
      for (int c = 0; c < channels; c++) {
        ALL.set(JAVA_FLOAT_UNALIGNED, d + 4L * c, ALL.get(JAVA_FLOAT_UNALIGNED, s + 4L * c));
      }
    }
  }

  /**
   * Turns bytes of three channels into interleaved floats by table: the way of every colour image. A table look-up a
   * value is a load and a store, some 1.5 ns; arithmetic on vectors would have to interleave planes first.
   */
  static void bytes3(long from, long step, long channelStride, long to, int pixels, float[] table) {
    for (int x = 0; x < pixels; x++) {
      long s = from + x * step;
      long d = to + x * 12L;
      ALL.set(JAVA_FLOAT_UNALIGNED, d, table[ALL.get(JAVA_BYTE, s) & 255]);
      ALL.set(JAVA_FLOAT_UNALIGNED, d + 4, table[256 + (ALL.get(JAVA_BYTE, s + channelStride) & 255)]);
      ALL.set(JAVA_FLOAT_UNALIGNED, d + 8, table[512 + (ALL.get(JAVA_BYTE, s + 2 * channelStride) & 255)]);
    }
  }

  /** The same for any number of channels; they take turns with the table's. */
  static void bytes(long from, long step, long channelStride, long to, int pixels, float[] table, int channels) {
    for (int c = 0; c < channels; c++) {
      int row = 256 * c % table.length;
      long s = from + c * channelStride;
      long d = to + 4L * c;
      for (int x = 0; x < pixels; x++) {
        ALL.set(JAVA_FLOAT_UNALIGNED, d, table[row + (ALL.get(JAVA_BYTE, s) & 255)]);
        s += step;
        d += 4L * channels;
      }
    }
  }
}
