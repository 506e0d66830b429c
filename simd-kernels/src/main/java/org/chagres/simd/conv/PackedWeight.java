package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.lanes.Transpose;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;

/**
 * Packs a weight (K, C / groups, kh, kw) for the direct kernel: [part][group][block of channels][tap row][tap
 * column][source channel][channel of the block]. Where the last block is not full it repeats its last channel; what
 * comes of it is never stored. For the gradient of the data the source channels are K's and the taps run backwards. For
 * depthwise kernels: [part][tap row][tap column][channel], to whole vectors.
 *
 * <p>The floats of a block's channels are brought together by transposing some source channels into scratch.
 */
final class PackedWeight extends Job {
  private static final VectorSpecies<Float> S = Lanes.FLOAT;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Bytes of scratch, about: half of a first-level cache. */
  private static final int SCRATCH = 16 * 1024;

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

  @Override
  public int chunks(int phase) {
    return view.groups() * (view.depthwise() ? 1 : Tiling.blocks(view.targetChannels()));
  }

  @Override
  public long localBytes() {
    return view.depthwise() ? 0 : 4L * Tiling.WIDTH * filter.taps() * together(filter);
  }

  @Override
  public long estimatedNanos() {
    return (long) view.groups() * view.sourceChannels() * view.targetChannels() * filter.taps();
  }

  @Override
  protected void run(int phase, int chunk, long local, long shared) {
    if (!view.depthwise()) {
      block(chunk, local);
      return;
    }
    long to = packed;
    for (Part part : view.parts()) {
      channel(part, chunk, to);
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

  /** Packs a block of channels. */
  private void block(int chunk, long local) {
    int targets = view.targetChannels();
    int sources = view.sourceChannels();
    int group = chunk / Tiling.blocks(targets);
    int block = chunk % Tiling.blocks(targets);
    int first = block * Tiling.WIDTH;
    int width = Tiling.blockWidth(targets, block);
    int valid = Math.min(width, targets - first);
    long taps = 4L * filter.taps();
    long place = (long) group * Tiling.paddedChannels(targets) + first;
    if (pass == ConvPass.FORWARD) {
      long from = w + taps * sources * ((long) group * targets + first);
      int step = together(filter);
      for (int c = 0; c < sources; c += step) {
        int count = Math.min(step, sources - c);
        Transpose.panel(from + taps * c, taps * sources, valid, width, filter.taps() * count, local);
        rows(local, new Rows(place, width, c, count));
      }
    } else {
      long from = w + taps * ((long) group * sources * targets + first);
      for (int k = 0; k < sources; k++) {
        Transpose.panel(from + taps * targets * k, taps, valid, width, filter.taps(), local);
        rows(local, new Rows(place, width, k, 1));
      }
    }
  }

  /** Source channels that are transposed together: whole squares of 8×8 where several fit. */
  private static int together(Filter filter) {
    int fit = SCRATCH / (4 * Tiling.WIDTH * filter.taps());
    return fit < 8 ? Math.max(1, fit) : fit / 8 * 8;
  }

  /** Copies rows of a block's channels, [source channel][tap] in scratch, to where each part has them. */
  private void rows(long scratch, Rows rows) {
    long row = 4L * rows.width();
    long to = packed;
    int sources = view.sourceChannels();
    for (Part part : view.parts()) {
      long at = to + 4L * part.taps() * sources * rows.place() + row * rows.source();
      for (int r : part.rows().taps()) {
        for (int c : part.cols().taps()) {
          copy(scratch + row * (r * filter.w() + c), row * filter.taps(), at, rows.count(), row);
          at += row * sources;
        }
      }
      to += bytes(view, part);
    }
  }

  private static void copy(long from, long step, long to, int count, long row) {
    for (int i = 0; i < count; i++) {
      long source = (from + i * step) & Tiling.ADDRESS;
      long target = (to + i * row) & Tiling.ADDRESS;
      for (long v = 0; v < row; v += Tiling.VECTOR) {
        FloatVector.fromMemorySegment(S, ALL, source + v, ORDER).intoMemorySegment(ALL, target + v, ORDER);
      }
    }
  }

  /**
   * Some source channels of a block.
   *
   * @param place channels before the block, counted with their padding
   * @param width channels of the block
   * @param source the first source channel
   * @param count how many
   */
  private record Rows(long place, int width, int source, int count) {}
}
