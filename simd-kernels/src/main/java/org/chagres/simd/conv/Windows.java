package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.simd.memory.Native.ALL;

/**
 * Cuts the targets of a part into chunks (whole images, or rows of one image) and prepares a chunk for the
 * micro-kernels: the source it reads, and the pixel table that says where each window and each target lies.
 *
 * <p>Where windows reach over the border, or a kernel wants channels in blocks, the source of the chunk is copied to
 * local scratch with zeros around it, as [image][block of channels][row][column][channel of the block]; else it is read
 * where it lies. Because the table holds an address for each pixel, a tile may span rows and images: small images fill
 * tiles as well as large ones, and any stride is the same loop.
 */
final class Windows {
  private final Part part;
  private final Image source;
  private final Image target;
  private final int images;
  private final boolean copied;
  private final int block;
  private final int blocks;
  private final int imagesPerChunk;
  private final int rowsPerChunk;
  private final int rowChunks;
  private final long rowBytes;
  private final long blockBytes;
  private final long imageBytes;

  /**
   * Windows of a part.
   *
   * @param view the pass
   * @param part of it
   * @param block channels of a block of copied source; 0 to copy only where it must, with all channels together
   * @param pixels how many a chunk should hold, about
   */
  Windows(View view, Part part, int block, long pixels) {
    this.part = part;
    this.source = view.source();
    this.target = view.target();
    this.images = view.images();
    this.copied = part.taps() > 0 && (block > 0 || !part.rows().inside(source.h()) || !part.cols().inside(source.w()));
    this.block = copied && block > 0 ? block : source.c();
    this.blocks = Math.ceilDiv(source.c(), this.block);
    int count = part.rows().count();
    long rows = Math.clamp(Math.ceilDiv(pixels, part.cols().count()), 1, count);
    this.rowsPerChunk = Math.ceilDiv(count, Math.ceilDiv(count, (int) rows));
    this.rowChunks = Math.ceilDiv(count, rowsPerChunk);
    this.imagesPerChunk = rowChunks > 1 ? 1 : (int) Math.clamp(pixels / part.pixels(), 1, images);
    long width = copied ? part.cols().extent(part.cols().count()) : source.w();
    long height = copied ? part.rows().extent(rowsPerChunk) : source.h();
    this.rowBytes = 4L * this.block * width;
    this.blockBytes = rowBytes * height;
    this.imageBytes = blockBytes * blocks;
  }

  /** How many chunks. */
  int chunks() {
    return rowChunks > 1 ? Math.multiplyExact(images, rowChunks) : Math.ceilDiv(images, imagesPerChunk);
  }

  /** The most pixels of a chunk, rounded up to whole tiles. */
  int tablePixels() {
    int pixels = imagesPerChunk * rowsPerChunk * part.cols().count();
    return Math.ceilDiv(pixels, Tiling.PIXELS) * Tiling.PIXELS;
  }

  /** Bytes of scratch for the copied source. */
  long sourceBytes() {
    return copied ? imagesPerChunk * imageBytes : 0;
  }

  /**
   * Bytes from a window's start to a channel of a tap, given by its place among the rows' and the columns' taps.
   *
   * @throws IllegalArgumentException if that is more than an int holds
   */
  int offset(int rowTap, int colTap, int channel) {
    long in = 4L * block * part.cols().offsets()[colTap] + 4L * (channel % block);
    long offset = part.rows().offsets()[rowTap] * rowBytes + channel / block * blockBytes + in;
    if (offset > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("convolution too large: a window spans more than 2 GiB of " + source);
    }
    return (int) offset;
  }

  /** Bytes from a window's start to the first channel of each tap, in the order of the packed weights. */
  int[] taps() {
    int cols = part.cols().taps().length;
    var offsets = new int[part.taps()];
    for (int t = 0; t < offsets.length; t++) {
      offset(t / cols, t % cols, source.c() - 1);
      offsets[t] = offset(t / cols, t % cols, 0);
    }
    return offsets;
  }

  /** The first target pixel of a chunk, counted over rows and images; for parts whose targets lie side by side. */
  long firstPixel(int chunk) {
    long image = rowChunks > 1 ? chunk / rowChunks : (long) chunk * imagesPerChunk;
    long row = rowChunks > 1 ? (long) chunk % rowChunks * rowsPerChunk : 0;
    return image * part.pixels() + row * part.cols().count();
  }

  /**
   * Prepares a chunk.
   *
   * @param chunk from 0
   * @param from the source's address
   * @param to the target's address
   * @param table where the pixel table goes, 16 bytes a pixel; the last tile is filled up by repeating the last pixel
   * @param scratch where the copied source goes
   * @return how many pixels, not counting the repeated
   */
  int prepare(int chunk, long from, long to, long table, long scratch) {
    int image = rowChunks > 1 ? chunk / rowChunks : chunk * imagesPerChunk;
    int row = rowChunks > 1 ? chunk % rowChunks * rowsPerChunk : 0;
    int lastImage = Math.min(images, image + imagesPerChunk);
    int lastRow = Math.min(part.rows().count(), row + rowsPerChunk);
    long at = table;
    long last = 0;
    for (int n = image; n < lastImage; n++) {
      long windows;
      if (copied) {
        windows = scratch + (n - image) * imageBytes;
        copy(from + n * source.bytes(), row, lastRow, windows);
      } else if (part.taps() > 0) {
        long corner = (row * (long) part.rows().step() + part.rows().origin()) * source.w() + part.cols().origin();
        windows = from + n * source.bytes() + 4 * corner * source.c();
      } else {
        windows = from;
      }
      for (int r = row; r < lastRow; r++) {
        last = tableRow(at, windows + (r - row) * part.rows().step() * rowBytes, pixel(to, n, r));
        at += 16L * part.cols().count();
      }
    }
    int pixels = (int) ((at - table) / 16);
    for (int p = pixels; p % Tiling.PIXELS != 0; p++) {
      ALL.set(JAVA_LONG, at, ALL.get(JAVA_LONG, last));
      ALL.set(JAVA_LONG, at + 8, ALL.get(JAVA_LONG, last + 8));
      at += 16;
    }
    return pixels;
  }

  /** The address of the first target pixel of a row. */
  private long pixel(long to, int image, int row) {
    long y = part.rows().targetOrigin() + (long) row * part.rows().targetStep();
    return to + image * target.bytes() + 4 * (y * target.w() + part.cols().targetOrigin()) * target.c();
  }

  /** Writes a row of the table; returns its last entry. */
  private long tableRow(long at, long window, long pixel) {
    int cols = part.cols().count();
    long windowStep = part.taps() == 0 ? 0 : 4L * block * part.cols().step();
    long pixelStep = 4L * target.c() * part.cols().targetStep();
    for (int j = 0; j < cols; j++) {
      ALL.set(JAVA_LONG, at + 16L * j, window + j * windowStep);
      ALL.set(JAVA_LONG, at + 16L * j + 8, pixel + j * pixelStep);
    }
    return at + 16L * (cols - 1);
  }

  /** Copies what the windows of some rows read of one image, with zeros where they reach over the border. */
  private void copy(long image, int row, int lastRow, long scratch) {
    Axis rows = part.rows();
    Axis cols = part.cols();
    int width = cols.extent(cols.count());
    int left = Math.clamp(-(long) cols.origin(), 0, width);
    int right = Math.clamp((long) source.w() - cols.origin(), left, width);
    int height = rows.extent(lastRow - row);
    long pixelBytes = 4L * block;
    for (int b = 0; b < blocks; b++) {
      int channels = Math.min(block, source.c() - b * block);
      for (int i = 0; i < height; i++) {
        long to = scratch + b * blockBytes + i * rowBytes;
        long y = (long) row * rows.step() + rows.origin() + i;
        if (y < 0 || y >= source.h() || left == right) {
          Copies.zero(to, block * width);
          continue;
        }
        long from = image + 4 * ((y * source.w() + cols.origin() + left) * source.c() + b * block);
        Copies.zero(to, left * block);
        if (channels == source.c() && channels == block) {
          Copies.copy(from, to + left * pixelBytes, (right - left) * block);
        } else {
          var strides = new Copies.Strides(4L * source.c(), pixelBytes);
          Copies.pixels(from, to + left * pixelBytes, right - left, channels, block, strides);
        }
        Copies.zero(to + right * pixelBytes, (width - right) * block);
      }
    }
  }
}
