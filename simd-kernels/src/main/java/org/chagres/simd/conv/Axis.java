package org.chagres.simd.conv;

/**
 * One axis of a convolution that a direct kernel can do: target i = targetOrigin + targetStep · j, for j = 0 .. count −
 * 1, sums the taps t of the source at origin + step · j + offsets[t].
 *
 * <p>The forward pass is one such axis. The gradient of the data at stride s is s of them, one for each residue of the
 * target's place: of the taps only those s apart meet an output, so no multiplication by a stuffed zero is done. An
 * axis may have no taps; its targets are zero.
 *
 * @param taps the filter's rows (or columns), in the order of their offsets
 * @param offsets of each tap from the window's start, ascending from 0
 * @param origin where the first window starts in the source; may lie outside
 * @param step from window to window
 * @param count windows
 * @param targetOrigin the first target
 * @param targetStep from target to target
 */
record Axis(int[] taps, int[] offsets, int origin, int step, int count, int targetOrigin, int targetStep) {

  /** The axis of the forward pass. */
  static Axis forward(int kernel, int stride, int padding, int dilation, int out) {
    var taps = new int[kernel];
    var offsets = new int[kernel];
    for (int t = 0; t < kernel; t++) {
      taps[t] = t;
      offsets[t] = t * dilation;
    }
    return new Axis(taps, offsets, -padding, stride, out, 0, 1);
  }

  /**
   * The axis of the gradient of the data for every stride-th place from {@code place} on: with residue r = (place +
   * padding) mod stride, a tap t with t · dilation ≡ r meets output (place + padding − t · dilation) / stride.
   */
  static Axis backward(int kernel, int stride, int padding, int dilation, int in, int place) {
    int residue = (place + padding) % stride;
    int first = (place + padding) / stride;
    int hits = 0;
    int reach = 0;
    for (int t = 0; t < kernel; t++) {
      if (t * dilation % stride == residue) {
        hits++;
        reach = (t * dilation - residue) / stride;
      }
    }
    var taps = new int[hits];
    var offsets = new int[hits];
    int at = 0;
    for (int t = kernel - 1; t >= 0; t--) {
      if (t * dilation % stride == residue) {
        taps[at] = t;
        offsets[at++] = reach - (t * dilation - residue) / stride;
      }
    }
    return new Axis(
        taps, offsets, first - reach, 1, (in - 1 - place) / stride + 1, place, stride);
  }

  /** Places of the source that a number of neighbouring windows cover. */
  int extent(int windows) {
    return taps.length == 0 ? 0 : (windows - 1) * step + offsets[taps.length - 1] + 1;
  }

  /** Whether all windows lie inside a source of this size. */
  boolean inside(int size) {
    return taps.length == 0 || origin >= 0 && origin + extent(count) <= size;
  }
}
