package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.chagres.simd.memory.Native.ALL;

/**
 * A part of the reduction short enough for its weights to stay in the first-level cache.
 *
 * @param from the first value of a window in it
 * @param to behind the last
 */
record Panel(int from, int to) {

  /** Cuts a reduction into panels of about one length; at least one, which is empty where there are no taps. */
  static Panel[] cut(int depth) {
    int panels = Math.max(1, Math.ceilDiv(depth, Tiling.DEPTH));
    var cut = new Panel[panels];
    for (int p = 0; p < panels; p++) {
      cut[p] = new Panel((int) ((long) depth * p / panels), (int) ((long) depth * (p + 1) / panels));
    }
    return cut;
  }

  /** Bytes of all panels as the micro-kernels read them. */
  static long bytes(Panel[] panels) {
    return 4L * (panels[panels.length - 1].to() + panels.length);
  }

  /**
   * Writes panels as the micro-kernels read them, one behind the other: how many values, then bytes from a window's
   * start to each, as ints.
   *
   * @param panels of the reduction
   * @param taps bytes from the window's start to the channels of each tap, in the order of the packed weights
   * @param channels values at each tap
   * @param source bytes added to each
   * @param at where
   */
  static void write(Panel[] panels, int[] taps, int channels, int source, long at) {
    long to = at;
    int tap = 0;
    int channel = 0;
    for (Panel panel : panels) {
      ALL.set(JAVA_INT, to, panel.to() - panel.from());
      to += 4;
      for (int d = panel.from(); d < panel.to(); d++) {
        ALL.set(JAVA_INT, to, taps[tap] + source + 4 * channel);
        to += 4;
        if (++channel == channels) {
          channel = 0;
          tap++;
        }
      }
    }
  }
}
