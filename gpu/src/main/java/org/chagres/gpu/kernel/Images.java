package org.chagres.gpu.kernel;

/**
 * Images of bytes and the windows that become floats.
 *
 * @param images how many there are
 * @param channels 1 to {@link #MAX_CHANNELS}
 * @param size rows and columns of an image
 * @param out rows and columns of a window
 * @param planar whether channels come first, as in (images, c, h, w)
 * @param scaling what becomes of a byte
 */
public record Images(
    long images, int channels, Windows.Extent size, Windows.Extent out, boolean planar, Scaling scaling) {

  /** Most channels. */
  public static final int MAX_CHANNELS = 4;

  /** Checks the numbers. */
  public Images {
    Launches.atLeast(1, images, "images");
    Launches.atLeast(1, channels, "channels");
    size.atLeast(1, "image");
    out.atLeast(1, "window");
    if (channels > MAX_CHANNELS || images > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "images: expected at most " + MAX_CHANNELS + " channels and " + Integer.MAX_VALUE + " images, got " + channels
              + " and " + images);
    }
    if (scaling.mean.length != channels) {
      throw new IllegalArgumentException(
          "images: expected a mean for each of " + channels + " channels, got " + scaling.mean.length);
    }
  }

  /**
   * (v / 255 - mean) / deviation of each channel, and what is put outside of an image, as it is to be in the result.
   *
   * @param mean one a channel
   * @param deviation one a channel, above 0
   * @param fill one a channel
   */
  // Its arrays are compared by nobody.
  @SuppressWarnings("ArrayRecordComponent")
  public record Scaling(float[] mean, float[] deviation, float[] fill) {

    /** Checks the numbers. */
    public Scaling {
      if (mean.length != deviation.length || mean.length != fill.length) {
        throw new IllegalArgumentException(
            "images: expected a mean, a deviation and a fill for each channel, got " + mean.length + ", "
                + deviation.length + " and " + fill.length);
      }
      for (float d : deviation) {
        if (!(d > 0)) {
          throw new IllegalArgumentException("images: expected deviations above 0, got " + d);
        }
      }
    }
  }

  /** Bytes of all images. */
  public long bytes() {
    return Math.multiplyExact(images, (long) channels * size.h() * size.w());
  }

  /** Elements of so many windows. */
  public long count(int windows) {
    return (long) windows * out.h() * out.w() * channels;
  }
}
