package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;

/**
 * Packs a weight (K, C / groups, kh, kw) for the direct kernel: [part][group][block of channels][tap row][tap
 * column][source channel][channel of the block], zeros where the last block is not full. For the gradient of the data
 * the source channels are K's and the taps run backwards. For depthwise kernels: [part][tap row][tap column][channel],
 * to whole vectors.
 */
final class PackedWeight extends Job {
  private final View view;
  private final ConvPass pass;
  private final Filter filter;
  private final long w;
  private final long packed;

  /**
   * The filter's own size.
   *
   * @param h rows
   * @param w columns
   */
  record Filter(int h, int w) {
    int taps() {
      return h * w;
    }
  }

  PackedWeight(View view, ConvPass pass, Filter filter, long w, long packed) {
    this.view = view;
    this.pass = pass;
    this.filter = filter;
    this.w = w;
    this.packed = packed;
  }

  /** Bytes of a part's packed weight. */
  static long bytes(View view, Part part) {
    if (view.depthwise()) {
      return 4L * part.taps() * Lanes.roundUp(view.source().c());
    }
    return 4L * part.taps() * view.sourceChannels() * view.groups() * Tiling.paddedChannels(view.targetChannels());
  }

  /** Bytes of all parts. */
  static long bytes(View view) {
    long bytes = 0;
    for (Part part : view.parts()) {
      bytes = Math.addExact(bytes, bytes(view, part));
    }
    return bytes;
  }

  @Override
  public int chunks(int phase) {
    return view.groups() * (view.depthwise() ? 1 : Tiling.blocks(view.targetChannels()));
  }

  @Override
  public long estimatedNanos() {
    return 2L * view.groups() * view.sourceChannels() * view.targetChannels() * filter.taps();
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    long to = packed;
    for (Part part : view.parts()) {
      if (view.depthwise()) {
        channel(part, chunk, to);
      } else {
        block(part, chunk, to);
      }
      to += bytes(view, part);
    }
  }

  private void channel(Part part, int channel, long to) {
    int padded = Lanes.roundUp(view.source().c());
    long at = to + 4L * channel;
    boolean last = channel == view.source().c() - 1;
    for (int row : part.rows().taps()) {
      for (int col : part.cols().taps()) {
        long from = w + 4L * ((long) channel * filter.taps() + (long) row * filter.w() + col);
        ALL.set(JAVA_FLOAT_UNALIGNED, at, ALL.get(JAVA_FLOAT_UNALIGNED, from));
        if (last) {
          Copies.zero(at + 4, padded - 1 - channel);
        }
        at += 4L * padded;
      }
    }
  }

  private void block(Part part, int chunk, long to) {
    int channels = view.targetChannels();
    int group = chunk / Tiling.blocks(channels);
    int block = chunk % Tiling.blocks(channels);
    int width = Tiling.blockWidth(channels, block);
    int depth = part.taps() * view.sourceChannels();
    long start = to
        + 4L * depth * ((long) group * Tiling.paddedChannels(channels) + (long) block * Tiling.WIDTH);
    for (int i = 0; i < width; i++) {
      int target = block * Tiling.WIDTH + i;
      if (target < channels) {
        lane(part, group, target, new Lane(start + 4L * i, 4L * width));
      } else {
        for (int d = 0; d < depth; d++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, start + 4L * i + 4L * d * width, 0f);
        }
      }
    }
  }

  /** Packs one target channel of a group. */
  private void lane(Part part, int group, int target, Lane lane) {
    int sources = view.sourceChannels();
    long first;
    long step;
    if (pass == ConvPass.FORWARD) {
      first = ((long) group * view.targetChannels() + target) * sources * filter.taps();
      step = filter.taps();
    } else {
      first = ((long) group * sources * view.targetChannels() + target) * filter.taps();
      step = (long) view.targetChannels() * filter.taps();
    }
    long at = lane.at();
    for (int row : part.rows().taps()) {
      for (int col : part.cols().taps()) {
        long from = w + 4L * (first + (long) row * filter.w() + col);
        for (int c = 0; c < sources; c++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, at, ALL.get(JAVA_FLOAT_UNALIGNED, from + 4L * c * step));
          at += lane.step();
        }
      }
    }
  }

  /**
   * Where one channel of a block goes.
   *
   * @param at the first value
   * @param step bytes from value to value
   */
  private record Lane(long at, long step) {}
}
