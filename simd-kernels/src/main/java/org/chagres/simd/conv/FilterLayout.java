package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.chagres.simd.memory.Native.ALL;

/**
 * How the filter's gradient is cut: into units, blocks of output channels with the values of the window they meet; and
 * where their sums lie: [unit][value of the window, to whole tiles][channel of the unit], followed by the bias' sums.
 *
 * <p>The values of a window are ordered [block of channels][tap][channel of the block], so that a block of x, once in
 * the first-level cache, serves all taps.
 */
final class FilterLayout {
  private final Unit[] units;
  private final int[] places;
  private final int paddedDepth;
  private final long sumBytes;

  /**
   * A block of output channels.
   *
   * @param offsets bytes from a window's start to each value, to whole tiles by repeating the last
   * @param first output channel
   * @param channels how many
   * @param width how many with padding
   * @param sumsAt bytes from the start of a part's sums
   */
  record Unit(int[] offsets, int first, int channels, int width, long sumsAt) {}

  FilterLayout(View view, Windows windows) {
    int taps = view.parts().getFirst().taps();
    int depth = taps * view.sourceChannels();
    this.paddedDepth = Math.ceilDiv(depth, Tiling.PIXELS) * Tiling.PIXELS;
    this.places = places(view.sourceChannels(), taps);
    boolean depthwise = view.depthwise();
    int cuts = depthwise ? 1 : view.groups();
    int channels = view.target().c() / cuts;
    int step = depthwise ? Tiling.LANES : Tiling.WIDTH;
    int blocks = Math.ceilDiv(channels, step);
    this.units = new Unit[cuts * blocks];
    long at = 0;
    for (int cut = 0; cut < cuts; cut++) {
      int[] ofGroup = offsets(view, windows, cut * view.sourceChannels());
      for (int b = 0; b < blocks; b++) {
        int width = depthwise ? Tiling.LANES : Tiling.blockWidth(channels, b);
        int[] offsets = depthwise ? offsets(view, windows, b * step) : ofGroup;
        var unit = new Unit(offsets, cut * channels + b * step, Math.min(step, channels - b * step), width, at);
        units[cut * blocks + b] = unit;
        at += 4L * sumFloats(unit);
      }
    }
    this.sumBytes = Math.ceilDiv(at, 64) * 64;
  }

  /** For each value of a window, its place in a row (C / groups, kh, kw) of the weight. */
  private static int[] places(int channels, int taps) {
    var places = new int[channels * taps];
    int at = 0;
    for (int first = 0; first < channels; first += Tiling.LANES) {
      for (int t = 0; t < taps; t++) {
        for (int c = first; c < Math.min(channels, first + Tiling.LANES); c++) {
          places[at++] = c * taps + t;
        }
      }
    }
    return places;
  }

  private int[] offsets(View view, Windows windows, int firstChannel) {
    var offsets = new int[paddedDepth];
    int taps = view.parts().getFirst().taps();
    int cols = view.parts().getFirst().cols().taps().length;
    for (int d = 0; d < paddedDepth; d++) {
      int place = places[Math.min(d, places.length - 1)];
      int tap = place % taps;
      offsets[d] = windows.offset(tap / cols, tap % cols, firstChannel + place / taps);
    }
    return offsets;
  }

  /** Writes a unit's offsets as the micro-kernels read them. */
  void writeOffsets(Unit unit, long at) {
    int[] offsets = unit.offsets();
    for (int d = 0; d < offsets.length; d++) {
      ALL.set(JAVA_INT, at + 4L * d, offsets[d]);
    }
  }

  /** The units. */
  Unit[] units() {
    return units;
  }

  /** For each value of a window, its place in a row of the weight. */
  int[] places() {
    return places;
  }

  /** Values of a window, to whole tiles. */
  int paddedDepth() {
    return paddedDepth;
  }

  /** Floats of a unit's sums. */
  int sumFloats(Unit unit) {
    return (paddedDepth + 1) * unit.width();
  }

  /** Bytes of the sums of all units. */
  long sumBytes() {
    return sumBytes;
  }
}
