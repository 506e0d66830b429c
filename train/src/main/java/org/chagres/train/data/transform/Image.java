package org.chagres.train.data.transform;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.chagres.simd.memory.Native.ALL;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.chagres.nn.backend.ImageWindows;
import org.chagres.train.data.WindowDataset;

/**
 * One image on its way from a file's bytes to its place in a batch.
 *
 * <p>Geometry is lazy: {@link #crop} and {@link #flipHorizontal} only move a window over the source, and
 * {@code Normalize} on bytes only sets a table of 256 values a channel. So the usual augmentation of bytes (crop,
 * flip, normalize) is a single pass from the mapped file to the slot. What needs the values ({@link #get},
 * {@link #set}, {@link #resize}) has them written first.
 *
 * <p>Values are floats: bytes count as {@code v / 255}. Memory is channels-last whatever the source was. An image
 * belongs to one worker and is used again for each sample.
 */
public final class Image {
  private final Scratch scratch = new Scratch();
  private final Resampler resampler = new Resampler();

  // The source: where a value lies, in bytes from base. A segment given is held so that its memory stays.
  private MemorySegment given = MemorySegment.NULL;
  private boolean bytes;
  private long base;
  private long rowStride;
  private long columnStride;
  private long channelStride;

  // The window: what of the source the image shows, and the part of the source that is not padding.
  private int channels;
  private int y0;
  private int x0;
  private int height;
  private int width;
  private boolean flipped;
  private int top;
  private int left;
  private int bottom;
  private int right;

  private float[] fill = new float[0];
  private float[] table = ByteTable.UNIT;

  // What a table of bytes was made of, and whether the window is all that is wanted.
  private float[] mean = new float[0];
  private float[] deviation = new float[0];
  private boolean windowOnly;

  // The place in the batch.
  private long slot;
  private ImageShape slotShape = new ImageShape(1, 1, 1);

  /** Made once for each worker, by the data set. */
  Image() {}

  /** Number of channels. */
  public int channels() {
    return channels;
  }

  /** Rows. */
  public int height() {
    return height;
  }

  /** Columns. */
  public int width() {
    return width;
  }

  /** The shape. */
  public ImageShape shape() {
    return new ImageShape(channels, height, width);
  }

  /**
   * Makes this image show bytes; nothing is copied if they are off-heap.
   *
   * @param segment where they are; must stay until the sample is written
   * @param offset of the first byte
   * @param shape of the image
   * @param planar whether they lie plane by plane ({@code C, H, W}) rather than pixel by pixel ({@code H, W, C})
   */
  public void loadBytes(MemorySegment segment, long offset, ImageShape shape, boolean planar) {
    int size = shape.elements();
    if (offset < 0 || offset > segment.byteSize() - size) {
      throw new IndexOutOfBoundsException(
          "image bytes: " + size + " from " + offset + " do not lie in a segment of " + segment.byteSize());
    }
    if (segment.isNative()) {
      given = segment;
    } else {
      given = scratch.bytes(size);
      MemorySegment.copy(segment, offset, given, 0, size);
    }
    base = given.address() + (segment.isNative() ? offset : 0);
    bytes = true;
    table = ByteTable.UNIT;
    channelStride = planar ? (long) shape.height() * shape.width() : 1;
    columnStride = planar ? 1 : shape.channels();
    rowStride = columnStride * shape.width();
    showAll(shape.channels(), shape.height(), shape.width());
  }

  /**
   * Makes this image show floats that lie off-heap, channels-last.
   *
   * @param segment at least {@code 4 * shape.elements()} bytes; must stay until the sample is written
   * @param shape of the image
   */
  public void loadFloats(MemorySegment segment, ImageShape shape) {
    if (!segment.isNative() || segment.byteSize() < 4L * shape.elements()) {
      throw new IllegalArgumentException(
          "image floats: expected " + 4L * shape.elements() + " bytes off-heap, got " + segment);
    }
    given = segment;
    showFloats(segment.address(), shape.channels(), shape.height(), shape.width());
  }

  /**
   * Cuts out a rectangle, which may reach beyond the image.
   *
   * @param y first row; may be negative
   * @param x first column; may be negative
   * @param newHeight rows of the rectangle
   * @param newWidth columns of the rectangle
   * @param padding value of what lies beyond, as values are at this point
   */
  public void crop(int y, int x, int newHeight, int newWidth, float padding) {
    requireLoaded();
    var checked = new ImageShape(channels, newHeight, newWidth);
    if (Math.abs((long) y) > 65_535 || Math.abs((long) x) > 65_535) {
      throw new IllegalArgumentException(
          "crop: expected a corner within 65535 of the image, got (" + y + ", " + x + ")");
    }
    boolean beyond = y < 0 || x < 0 || y + newHeight > height || x + newWidth > width;
    if (beyond) {
      boolean padded = y0 < top || x0 < left || y0 + height > bottom || x0 + width > right;
      if (padded && !allAre(fill, padding)) {
        materialize(); // two paddings of different values cannot both be lazy
      }
      Arrays.fill(fill, padding);
    }
    top = Math.max(top, y0);
    left = Math.max(left, x0);
    bottom = Math.min(bottom, y0 + height);
    right = Math.min(right, x0 + width);
    y0 += y;
    x0 = flipped ? x0 + width - x - newWidth : x0 + x;
    height = checked.height();
    width = checked.width();
  }

  /** Swaps left and right. */
  public void flipHorizontal() {
    flipped = !flipped;
  }

  /**
   * Resamples to another size: bilinear, with antialiasing where it shrinks, as torchvision's default; see
   * {@link Resize}.
   */
  public void resize(int newHeight, int newWidth) {
    requireLoaded();
    var shape = new ImageShape(channels, newHeight, newWidth);
    if (newHeight == height && newWidth == width) {
      return;
    }
    materialize();
    long middle = scratch.floats((long) height * newWidth * channels, base, base);
    long to = place(newHeight, newWidth, middle);
    resampler.resize(base, shape(), middle, to, shape);
    showFloats(to, channels, newHeight, newWidth);
  }

  /** One value. */
  public float get(int channel, int y, int x) {
    return ALL.get(JAVA_FLOAT, address(channel, y, x));
  }

  /** Sets one value. */
  public void set(int channel, int y, int x, float value) {
    ALL.set(JAVA_FLOAT, address(channel, y, x), value);
  }

  private long address(int channel, int y, int x) {
    requireLoaded();
    if (channel < 0 || channel >= channels || y < 0 || y >= height || x < 0 || x >= width) {
      throw new IndexOutOfBoundsException(
          "(" + channel + ", " + y + ", " + x + ") is not in an image of " + shape());
    }
    materialize();
    return base + 4L * ((y * (long) width + x) * channels + channel);
  }

  /** Subtracts and divides per channel; on bytes, by the table made beforehand. */
  void normalize(float[] mean, float[] std, float[] byteTable) {
    requireLoaded();
    if (bytes && table == ByteTable.UNIT) {
      table = byteTable;
      this.mean = mean;
      deviation = std;
      for (int c = 0; c < channels; c++) {
        fill[c] = (fill[c] - mean[c]) / std[c];
      }
      return;
    }
    materialize();
    long end = base + 4L * height * width * channels;
    for (long a = base; a < end; a += 4L * channels) {
      for (int c = 0; c < channels; c++) {
        ALL.set(JAVA_FLOAT, a + 4L * c, (ALL.get(JAVA_FLOAT, a + 4L * c) - mean[c]) / std[c]);
      }
    }
  }

  /** Says where the finished image goes; before anything is loaded. */
  void begin(long address, ImageShape shape) {
    slot = address;
    slotShape = shape;
    base = 0;
    windowOnly = false;
  }

  /** Lets it show an image of bytes that lies elsewhere: only the window that transforms make of it is wanted. */
  void beginWindow(ImageShape shape) {
    slotShape = shape;
    base = 1; // of no use but to be there
    windowOnly = true;
    bytes = true;
    table = ByteTable.UNIT;
    showAll(shape.channels(), shape.height(), shape.width());
    Arrays.fill(fill, 0);
    mean = new float[channels];
    deviation = new float[channels];
    Arrays.fill(deviation, 1);
  }

  /** The window of an image, after {@link #beginWindow} and the transforms. */
  WindowDataset.Window window(long image, long label) {
    int h = slotShape.height();
    int w = slotShape.width();
    boolean asSource = Math.max(top, y0) == Math.max(0, y0) && Math.min(bottom, y0 + height) == Math.min(h, y0 + height)
        && Math.max(left, x0) == Math.max(0, x0) && Math.min(right, x0 + width) == Math.min(w, x0 + width);
    if (!asSource) {
      throw noWindow("pads what another has cut off");
    }
    return new WindowDataset.Window(image, y0, x0, flipped, label);
  }

  /** Whether the window reaches beyond the image. */
  boolean isPadded() {
    return y0 < 0 || x0 < 0 || y0 + height > slotShape.height() || x0 + width > slotShape.width();
  }

  /** What becomes of bytes, and of what lies beyond the image. */
  ImageWindows.Scaling scaling() {
    return new ImageWindows.Scaling(mean.clone(), deviation.clone(), fill.clone());
  }

  /** Whether its bytes lie plane by plane; it must show bytes, as they were loaded. */
  boolean isPlanar() {
    requireLoaded();
    if (!bytes) {
      throw new IllegalArgumentException("resident: expected images of bytes, got floats");
    }
    return columnStride == 1;
  }

  /** Writes its bytes as they were loaded. */
  void copyBytes(MemorySegment to) {
    MemorySegment.copy(ALL, base, to, 0, (long) channels * height * width);
  }

  private static IllegalArgumentException noWindow(String what) {
    return new IllegalArgumentException("resident: a transform " + what
        + "; for images that lie on a device there are crops, pads and flips of whole images and one Normalize");
  }

  /** Writes what is not yet in its place. */
  void finish() {
    requireLoaded();
    if (channels != slotShape.channels() || height != slotShape.height() || width != slotShape.width()) {
      throw new IllegalStateException(
          "the transforms left an image of " + shape() + ", by their outputShape it should be " + slotShape);
    }
    if (base == slot) {
      if (isWhole()) {
        return;
      }
      long aside = scratch.floats(slotShape.elements(), base, base);
      write(aside);
      showFloats(aside, channels, height, width);
    }
    write(slot);
  }

  /** Makes the window memory of this image's own, as floats. */
  private void materialize() {
    requireLoaded();
    if (windowOnly) {
      throw noWindow("needs an image's values");
    }
    boolean own = base == slot || scratch.owns(base);
    if (!bytes && own && isWhole()) {
      return;
    }
    long to = place(height, width, base);
    write(to);
    showFloats(to, channels, height, width);
  }

  /** The slot if an image of that size fits and does not lie there already, else scratch. */
  private long place(int newHeight, int newWidth, long inUse) {
    boolean fits =
        channels == slotShape.channels() && newHeight == slotShape.height() && newWidth == slotShape.width();
    return fits && base != slot ? slot : scratch.floats((long) newHeight * newWidth * channels, base, inUse);
  }

  private void requireLoaded() {
    if (base == 0) {
      throw new IllegalStateException("the image source loaded no image");
    }
  }

  private boolean isWhole() {
    return !flipped && y0 == 0 && x0 == 0 && top == 0 && left == 0 && bottom == height && right == width
        && rowStride == columnStride * width;
  }

  private void showFloats(long address, int c, int h, int w) {
    base = address;
    bytes = false;
    channelStride = 4;
    columnStride = 4L * c;
    rowStride = columnStride * w;
    showAll(c, h, w);
  }

  private void showAll(int c, int h, int w) {
    channels = c;
    height = h;
    width = w;
    y0 = 0;
    x0 = 0;
    top = 0;
    left = 0;
    bottom = h;
    right = w;
    flipped = false;
    if (fill.length != c) {
      fill = new float[c];
    }
  }

  /** Writes the window, channels-last: padding, the part of each row that the source has, padding. */
  private void write(long to) {
    long pixel = 4L * channels;
    int from = clamp(flipped ? x0 + width - right : left - x0, 0, width);
    int end = clamp(flipped ? x0 + width - left : right - x0, from, width);
    long step = flipped ? -columnStride : columnStride;
    long first = base + (flipped ? x0 + width - 1 - from : x0 + from) * columnStride;
    for (int y = 0; y < height; y++) {
      long row = to + y * (width * pixel);
      int sy = y0 + y;
      if (sy < top || sy >= bottom) {
        Rows.fill(row, width, fill);
        continue;
      }
      long at = first + sy * rowStride;
      long out = row + from * pixel;
      Rows.fill(row, from, fill);
      if (!bytes) {
        Rows.floats(at, step, out, end - from, channels);
      } else if (channels == 3) {
        Rows.bytes3(at, step, channelStride, out, end - from, table);
      } else {
        Rows.bytes(at, step, channelStride, out, end - from, table, channels);
      }
      Rows.fill(row + end * pixel, width - end, fill);
    }
  }

  private static int clamp(int value, int least, int most) {
    return Math.max(least, Math.min(most, value));
  }

  private static boolean allAre(float[] values, float value) {
    for (float v : values) {
      if (v != value) {
        return false;
      }
    }
    return true;
  }
}
