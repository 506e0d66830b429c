package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;

/**
 * Packs a weight (K, C / groups, kh, kw) for {@link PlaneSweep}: [part][group][three target channels][source
 * channel][tap][channel of the three], filled up with zeros.
 */
final class PlaneWeight extends Job {
  private final View view;
  private final ConvPass pass;
  private final PackedWeight.Filter filter;
  private final long w;
  private final long packed;

  PlaneWeight(View view, ConvPass pass, PackedWeight.Filter filter, long w, long packed) {
    this.view = view;
    this.pass = pass;
    this.filter = filter;
    this.w = w;
    this.packed = packed;
  }

  /** Bytes of a part's packed weight. */
  static long bytes(View view, Part part) {
    return view.groups() * blocks(view) * blockBytes(view, part);
  }

  /** Tiles of target channels of a group. */
  static int blocks(View view) {
    return Math.ceilDiv(view.targetChannels(), PlaneTile.CHANNELS);
  }

  /** Bytes of the weight for a tile of target channels. */
  static long blockBytes(View view, Part part) {
    return 4L * part.taps() * view.sourceChannels() * PlaneTile.CHANNELS;
  }

  @Override
  public int chunks(int phase) {
    return view.groups();
  }

  @Override
  public long estimatedNanos() {
    return (long) view.groups() * view.sourceChannels() * view.targetChannels() * filter.taps();
  }

  @Override
  protected void run(int phase, int group, long local, long shared) {
    long to = packed;
    for (Part part : view.parts()) {
      for (int b = 0; b < blocks(view); b++) {
        block(part, group, b * PlaneTile.CHANNELS, to + ((long) group * blocks(view) + b) * blockBytes(view, part));
      }
      to += bytes(view, part);
    }
  }

  private void block(Part part, int group, int firstTarget, long to) {
    int targets = view.targetChannels();
    int sources = view.sourceChannels();
    boolean forward = pass == ConvPass.FORWARD;
    long ofGroup = w + 4L * filter.taps() * group * targets * sources;
    long sourceStep = 4L * filter.taps() * (forward ? 1 : targets);
    long targetStep = 4L * filter.taps() * (forward ? sources : 1);
    long at = to;
    for (int s = 0; s < sources; s++) {
      for (int row : part.rows().taps()) {
        for (int col : part.cols().taps()) {
          long from = ofGroup + s * sourceStep + 4L * (row * filter.w() + col);
          for (int t = firstTarget; t < firstTarget + PlaneTile.CHANNELS; t++) {
            float value = t < targets ? ALL.get(JAVA_FLOAT_UNALIGNED, from + t * targetStep) : 0;
            ALL.set(JAVA_FLOAT_UNALIGNED, at, value);
            at += 4;
          }
        }
      }
    }
  }
}
