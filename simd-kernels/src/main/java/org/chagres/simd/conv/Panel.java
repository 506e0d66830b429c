package org.chagres.simd.conv;

import java.util.Arrays;

/**
 * A part of the reduction short enough for its weights to stay in the first-level cache: runs of values that lie side by side
 * in a window.
 *
 * @param offsets bytes from the window's start to each run
 * @param lengths values of each run
 * @param depth values before this panel
 */
record Panel(long[] offsets, int[] lengths, int depth) {

  /**
   * Cuts the reduction into panels; at least one, which is empty where there are no taps.
   *
   * @param taps bytes from the window's start to the channels of each tap, in the order of the packed weights
   * @param channels values at each tap
   */
  static Panel[] cut(long[] taps, int channels) {
    int total = taps.length * channels;
    int panels = Math.max(1, (total + Tiling.DEPTH - 1) / Tiling.DEPTH);
    int most = (total + panels - 1) / panels;
    var cut = new Panel[panels];
    for (int p = 0; p < panels; p++) {
      cut[p] = of(taps, channels, p * most, Math.min(total, (p + 1) * most));
    }
    return cut;
  }

  private static Panel of(long[] taps, int channels, int from, int to) {
    var offsets = new long[taps.length];
    var lengths = new int[taps.length];
    int runs = 0;
    for (int at = from; at < to; ) {
      int tap = at / channels;
      int first = at - tap * channels;
      int length = Math.min(channels - first, to - at);
      long offset = taps[tap] + 4L * first;
      if (runs > 0 && offsets[runs - 1] + 4L * lengths[runs - 1] == offset) {
        lengths[runs - 1] += length;
      } else {
        offsets[runs] = offset;
        lengths[runs++] = length;
      }
      at += length;
    }
    return new Panel(Arrays.copyOf(offsets, runs), Arrays.copyOf(lengths, runs), from);
  }
}
