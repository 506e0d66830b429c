package org.chagres.nn.backend;

import org.chagres.simd.shape.Size;

/**
 * Images of bytes and the windows of them that become floats.
 *
 * @param images how many there are
 * @param channels of each
 * @param size rows and columns of an image
 * @param out rows and columns of a window
 * @param planar whether channels come first, as in (images, c, h, w)
 * @param scaling what becomes of a byte
 */
public record ImageWindows(long images, int channels, Size size, Size out, boolean planar, Scaling scaling) {

  /**
   * Of each channel.
   *
   * @param mean taken from v / 255
   * @param deviation divides what is left
   * @param fill stands outside of an image, as it is to be in the result
   */
  // Its arrays are compared by nobody.
  @SuppressWarnings("ArrayRecordComponent")
  public record Scaling(float[] mean, float[] deviation, float[] fill) {}
}
