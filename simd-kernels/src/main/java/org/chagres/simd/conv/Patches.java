package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.outer.OuterTile;
import org.chagres.simd.shape.ConvShape;

/**
 * Copies patches of an image, the values under a window with zeros where it reaches over the border, to rows: ordered
 * (kh, kw, C / groups), then a one, whose products are the bias' gradient, in blocks of {@link OuterTile#VALUES},
 * filled up to a multiple of 4 with zeros.
 *
 * <p>Neighbouring pixels of a row are done together, a run of values after the other: a row of the window where that
 * lies together in the image, else a tap. Of few channels, where runs are short and cutting them at the border costs as
 * much as they do, what windows read of a row is first copied with its border.
 */
final class Patches {
  /** The most channels of rows that are copied with their border. */
  private static final int MOST_BORDERED = 16;

  private final int images;
  private final int h;
  private final int w;
  private final int outH;
  private final int outW;
  private final Axis rows;
  private final Axis cols;
  private final int groups;
  private final int channels;
  private final long pixelBytes;
  private final int depth;
  private final boolean together;
  private final boolean bordered;

  Patches(ConvShape s) {
    this.images = s.n();
    this.h = s.h();
    this.w = s.w();
    this.outH = s.outH();
    this.outW = s.outW();
    this.rows = Axis.forward(s.kernel().h(), s.stride().h(), s.padding().h(), s.dilation().h(), outH);
    this.cols = Axis.forward(s.kernel().w(), s.stride().w(), s.padding().w(), s.dilation().w(), outW);
    this.groups = s.groups();
    this.channels = s.c() / s.groups();
    this.pixelBytes = 4L * s.c();
    this.depth = taps() * channels;
    this.together = s.groups() == 1 && s.dilation().w() == 1;
    this.bordered = together && channels <= MOST_BORDERED && cols.step() <= cols.taps().length;
  }

  /** Places of the window. */
  int taps() {
    return rows.taps().length * cols.taps().length;
  }

  /** Groups of channels. */
  int groups() {
    return groups;
  }

  /** Input channels of a group. */
  int channels() {
    return channels;
  }

  /** Values of a patch. */
  int depth() {
    return depth;
  }

  /** Values of a row. */
  int paddedDepth() {
    return Math.ceilDiv(depth + 1, 4) * 4;
  }

  /** Bytes of scratch for a row with its border. */
  long scratchBytes() {
    return bordered ? pixelBytes * cols.extent(PatchPlan.PIXELS) : 0;
  }

  /** Output pixels of all images. */
  long pixels() {
    return (long) images * outH * outW;
  }

  /** Writes the one behind each patch and the zeros that fill rows up, which {@link #copy} leaves alone. */
  void fill(long to, int pixels) {
    zeros(to, depth, paddedDepth() - depth, pixels);
    for (int i = 0; i < pixels; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, place(to, depth) + i * OuterTile.STEP, 1f);
    }
  }

  /**
   * Copies some pixels' patches.
   *
   * @param x the images
   * @param group of input channels
   * @param first output pixel, counted over all images
   * @param pixels how many
   * @param to where they go
   * @param scratch of {@link #scratchBytes}
   */
  void copy(long x, int group, long first, int pixels, long to, long scratch) {
    int done = 0;
    while (done < pixels) {
      int col = (int) ((first + done) % outW);
      long line = (first + done) / outW;
      long image = x + 4L * group * channels + line / outH * h * w * pixelBytes;
      int some = Math.min(pixels - done, outW - col);
      for (int r = 0; r < rows.taps().length; r++) {
        long y = (line % outH) * rows.step() + rows.origin() + rows.offsets()[r];
        int value = r * cols.taps().length * channels;
        if (y < 0 || y >= h) {
          zeros(to, value, cols.taps().length * channels, some);
        } else {
          row(image + y * w * pixelBytes, col, some, to, value, scratch);
        }
      }
      to += some * OuterTile.STEP;
      done += some;
    }
  }

  /** A row of the window of neighbouring pixels. */
  private void row(long line, int col, int pixels, long to, int value, long scratch) {
    if (bordered) {
      run(bordered(line, col, pixels, scratch), to, value, cols.taps().length * channels, pixels);
      return;
    }
    int from = 0;
    int end = 0;
    if (together) {
      int last = cols.offsets()[cols.offsets().length - 1];
      long left = (long) col * cols.step() + cols.origin();
      from = (int) Math.clamp(Math.ceilDiv(-left, (long) cols.step()), 0, pixels);
      end = (int) Math.clamp(Math.ceilDiv(w - last - left, (long) cols.step()), from, pixels);
      long inside = line + (left + (long) from * cols.step()) * pixelBytes;
      run(inside, to + from * OuterTile.STEP, value, cols.taps().length * channels, end - from);
    }
    taps(line, col, from, to, value);
    taps(line, col + end, pixels - end, to + end * OuterTile.STEP, value);
  }

  /** The address of what the windows of neighbouring pixels read of a row: in the image, or a copy with its border. */
  private long bordered(long line, int col, int pixels, long scratch) {
    int extent = cols.extent(pixels);
    long left = (long) col * cols.step() + cols.origin();
    int from = (int) Math.clamp(-left, 0, extent);
    int end = (int) Math.clamp(w - left, from, extent);
    if (end - from == extent) {
      return line + left * pixelBytes;
    }
    Copies.zero(scratch, from * channels);
    Copies.copy(line + (left + from) * pixelBytes, scratch + from * pixelBytes, (end - from) * channels);
    Copies.zero(scratch + end * pixelBytes, (extent - end) * channels);
    return scratch;
  }

  /** A row of the window, tap by tap. */
  private void taps(long line, int col, int pixels, long to, int value) {
    if (pixels == 0) {
      return;
    }
    for (int offset : cols.offsets()) {
      long left = (long) col * cols.step() + cols.origin() + offset;
      int from = (int) Math.clamp(Math.ceilDiv(-left, (long) cols.step()), 0, pixels);
      int end = (int) Math.clamp(Math.ceilDiv(w - left, (long) cols.step()), from, pixels);
      zeros(to, value, channels, from);
      long inside = line + (left + (long) from * cols.step()) * pixelBytes;
      run(inside, to + from * OuterTile.STEP, value, channels, end - from);
      zeros(to + end * OuterTile.STEP, value, channels, pixels - end);
      value += channels;
    }
  }

  /** Copies neighbouring values of some patches, from block to block. */
  private void run(long from, long to, int value, int count, int pixels) {
    while (count > 0 && pixels > 0) {
      int some = Math.min(count, OuterTile.VALUES - value % OuterTile.VALUES);
      Copies.runs(from, cols.step() * pixelBytes, place(to, value), some, pixels);
      from += 4L * some;
      value += some;
      count -= some;
    }
  }

  private static void zeros(long to, int value, int count, int pixels) {
    while (count > 0 && pixels > 0) {
      int some = Math.min(count, OuterTile.VALUES - value % OuterTile.VALUES);
      Copies.zeroRuns(place(to, value), some, pixels);
      value += some;
      count -= some;
    }
  }

  private static long place(long to, int value) {
    return to + value / OuterTile.VALUES * PatchPlan.BLOCK + 4L * (value % OuterTile.VALUES);
  }
}
