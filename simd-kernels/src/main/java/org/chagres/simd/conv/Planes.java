package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.chagres.simd.memory.Native.ADDRESS;
import static org.chagres.simd.memory.Native.ALL;

import org.chagres.simd.lanes.Transpose;

/**
 * Cuts the targets of a part into chunks (whole images, or rows of one image) and copies a chunk's source to planes,
 * one for each channel: the images' rows one behind the other with zeros between, so that the value of a tap lies at the
 * same distance from every target, and a vector of targets may span rows and images.
 *
 * <p>The zeros behind a row are also those before the next, and so are those between images. What comes of targets that
 * lie between rows is never stored.
 */
final class Planes {

  /** Channels that are copied together, at most: long enough reductions, and few enough lines of L1 for a tile. */
  private static final int CHANNELS = 32;

  /** Bytes of the planes, about: part of a small second-level cache. */
  private static final int BYTES = 192 * 1024;

  private final Part part;
  private final Image source;
  private final Image target;
  private final int images;
  private final int imagesPerChunk;
  private final int rowsPerChunk;
  private final int rowChunks;
  private final int firstCol;
  private final int cols;
  private final int width;
  private final int height;
  private final int channels;
  private final long targets;
  private final long plane;

  Planes(View view, Part part) {
    this.part = part;
    this.source = view.source();
    this.target = view.target();
    this.images = view.images();
    Axis across = part.cols();
    int extent = Math.max(across.extent(across.count()), across.count());
    this.firstCol = Math.clamp(across.origin(), 0, source.w());
    this.cols = (int) Math.clamp((long) across.origin() + extent - firstCol, 0, source.w() - firstCol);
    this.width = pitch(across, extent, source.w());
    int most = Math.min(CHANNELS, view.sourceChannels());
    long pixels = Math.clamp(BYTES / (4L * most), 256, Math.max(256, chunkPixels(view, part)));
    Axis down = part.rows();
    int tall = Math.max(down.extent(down.count()), down.count());
    boolean whole = (long) down.count() * width <= pixels;
    int rows = whole ? down.count() : (int) Math.clamp(pixels / width, 1, down.count());
    this.rowChunks = Math.ceilDiv(down.count(), rows);
    this.rowsPerChunk = Math.ceilDiv(down.count(), rowChunks);
    this.height = rowChunks > 1 ? Math.max(down.extent(rowsPerChunk), rowsPerChunk) : pitch(down, tall, source.h());
    this.imagesPerChunk = rowChunks > 1 ? 1 : (int) Math.clamp(pixels / ((long) height * width), 1, images);
    this.targets = targets(imagesPerChunk, rowsPerChunk);
    long reach = (long) Math.max(0, down.extent(1) - 1) * width + Math.max(0, across.extent(1) - 1);
    long copied = ((imagesPerChunk - 1L) * height + (rowChunks > 1 ? height : tall)) * width;
    // An odd number of lines, lest the planes fall on few sets of the cache.
    this.plane = 16 * (Math.ceilDiv(Math.max(targets + reach, copied), 16L) | 1);
    // With the border a plane is larger than its pixels, so allow for half as much again; eights transpose best.
    int fit = (int) Math.clamp(BYTES * 3L / 2 / (4 * plane), 1, most);
    this.channels = fit < most && fit > 8 ? fit & -8 : fit;
    if (4L * plane * channels > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("convolution too large: rows of " + source);
    }
  }

  /** Pixels of a chunk by its work: enough of it, and enough chunks for all threads. */
  private static long chunkPixels(View view, Part part) {
    long flops = 2L * part.taps() * view.sourceChannels() * view.target().c();
    return Math.max(Tiling.CHUNK_FLOPS / Math.max(1, flops), Math.ceilDiv(part.pixels() * view.images(), 32L));
  }

  /** From a row (or image) to the next: room for its places and zeros either before or behind, or its targets. */
  private static int pitch(Axis axis, int extent, int size) {
    int before = Math.max(0, -axis.origin());
    int behind = Math.max(0, axis.origin() + extent - size);
    return Math.max(axis.count(), extent - Math.min(before, behind));
  }

  /** Targets of whole tiles, with those between rows. */
  private long targets(int images, int rows) {
    long pixels = ((images - 1L) * height + rows - 1) * width + part.cols().count();
    return Math.ceilDiv(pixels, (long) PlaneTile.PIXELS) * PlaneTile.PIXELS;
  }

  /** How many chunks. */
  int chunks() {
    return rowChunks > 1 ? Math.multiplyExact(images, rowChunks) : Math.ceilDiv(images, imagesPerChunk);
  }

  /** Channels of the source that are copied together. */
  int channels() {
    return channels;
  }

  /** Bytes of a plane of the source. */
  long planeBytes() {
    return 4 * plane;
  }

  /** Bytes of a plane of sums. */
  long sumBytes() {
    return 4 * (targets + 16);
  }

  /** Targets of a chunk, whole tiles, with those between rows. */
  int targets(int chunk) {
    return (int) targets(lastImage(chunk) - image(chunk), lastRow(chunk) - row(chunk));
  }

  private int image(int chunk) {
    return rowChunks > 1 ? chunk / rowChunks : chunk * imagesPerChunk;
  }

  private int lastImage(int chunk) {
    return Math.min(images, image(chunk) + imagesPerChunk);
  }

  private int row(int chunk) {
    return rowChunks > 1 ? chunk % rowChunks * rowsPerChunk : 0;
  }

  private int lastRow(int chunk) {
    return Math.min(part.rows().count(), row(chunk) + rowsPerChunk);
  }

  /** Writes bytes from a target to the value of each channel's taps, as ints. */
  void offsets(long to) {
    long at = to;
    for (int c = 0; c < channels; c++) {
      for (int row : part.rows().offsets()) {
        for (int col : part.cols().offsets()) {
          ALL.set(JAVA_INT, at, (int) (4 * (c * plane + (long) row * width + col)));
          at += 4;
        }
      }
    }
  }

  /**
   * Copies channels of a chunk's source to planes.
   *
   * @param chunk from 0
   * @param from the source's address
   * @param channel the first
   * @param count how many
   * @param to where the first plane goes
   */
  void copy(int chunk, long from, int channel, int count, long to) {
    int image = image(chunk);
    int last = lastImage(chunk) - 1;
    long first = (long) row(chunk) + part.rows().origin();
    int tall = part.rows().extent(lastRow(chunk) - row(chunk));
    long at = to;
    for (int n = image; n <= last; n++) {
      int rows = n < last ? height : tall;
      for (int i = 0; i < rows; i++) {
        long y = first + i;
        boolean inside = y >= 0 && y < source.h() && cols > 0;
        int before = inside ? firstCol - part.cols().origin() : 0;
        int filled = inside ? cols : 0;
        zeros(at, before, count);
        long pixel = from + n * source.bytes() + 4 * ((y * source.w() + firstCol) * source.c() + channel);
        Transpose.planes(pixel, 4L * source.c(), filled, count, at + 4L * before, 4 * plane);
        zeros(at + 4L * (before + filled), width - before - filled, count);
        at += 4L * width;
      }
    }
    zeros(at, (int) (plane - (at - to) / 4), count);
  }

  private void zeros(long to, int floats, int planes) {
    if (floats == 0) {
      return;
    }
    for (int c = 0; c < planes; c++) {
      long at = (to + 4 * plane * c) & ADDRESS;
      if (floats < 8) {
        for (int i = 0; i < floats; i++) {
          ALL.set(JAVA_FLOAT_UNALIGNED, at + 4L * i, 0f);
        }
      } else {
        Copies.zero(at, floats);
      }
    }
  }

  /**
   * Stores a chunk's sums.
   *
   * @param chunk from 0
   * @param sums a plane for each channel
   * @param to the target's address
   * @param channel the first
   * @param count how many
   */
  void store(int chunk, long sums, long to, int channel, int count) {
    Axis rows = part.rows();
    Axis cols = part.cols();
    int lastRow = lastRow(chunk);
    for (int n = image(chunk); n < lastImage(chunk); n++) {
      for (int r = row(chunk); r < lastRow; r++) {
        long y = rows.targetOrigin() + (long) r * rows.targetStep();
        long pixel = to + n * target.bytes() + 4 * ((y * target.w() + cols.targetOrigin()) * target.c() + channel);
        long from = sums + 4 * (((n - image(chunk)) * (long) height + r - row(chunk)) * width);
        for (int c = 0; c < count; c++) {
          column(from + c * sumBytes(), pixel + 4L * c, 4L * target.c() * cols.targetStep(), cols.count());
        }
      }
    }
  }

  private static void column(long from, long to, long step, int count) {
    long f = from & ADDRESS;
    for (int i = 0; i < count; i++) {
      ALL.set(JAVA_FLOAT_UNALIGNED, (to + i * step) & ADDRESS, ALL.get(JAVA_FLOAT_UNALIGNED, f + 4L * i));
    }
  }
}
