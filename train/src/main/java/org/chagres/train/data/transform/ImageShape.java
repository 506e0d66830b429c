package org.chagres.train.data.transform;

/**
 * Shape of an image, in PyTorch's order.
 *
 * @param channels 1 (grey), 3 (RGB) or any other number up to 65535
 * @param height rows, 1 to 65535
 * @param width columns, 1 to 65535
 */
public record ImageShape(int channels, int height, int width) {
  private static final int MOST = 65_535;

  /** Checks each dimension and the product. */
  public ImageShape {
    check("channels", channels);
    check("height", height);
    check("width", width);
    if (4L * channels * height * width > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "an image of " + channels + "x" + height + "x" + width + " floats exceeds 2 GiB");
    }
  }

  /** Number of values. */
  public int elements() {
    return channels * height * width;
  }

  /** The same channels at another size. */
  public ImageShape withSize(int newHeight, int newWidth) {
    return new ImageShape(channels, newHeight, newWidth);
  }

  @Override
  public String toString() {
    return "[" + channels + ", " + height + ", " + width + "]";
  }

  private static void check(String name, int value) {
    if (value < 1 || value > MOST) {
      throw new IllegalArgumentException(name + ": expected 1 to " + MOST + ", got " + value);
    }
  }
}
