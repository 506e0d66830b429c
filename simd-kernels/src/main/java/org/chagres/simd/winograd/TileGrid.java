package org.chagres.simd.winograd;

import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/**
 * Images cut into tiles: tile (i, j) of an image makes the 2×2 outputs from (2i, 2j) on, of which the last row or
 * column may lie outside, and reads the 4×4 inputs from (2i − top, 2j − left) on, which overlap their neighbours' by
 * two and are zero outside the image. Tiles are numbered along rows, then down, then by image.
 *
 * @param images how many
 * @param h rows of an input image
 * @param w columns of an input image
 * @param channels of an input image, which lies channels last
 * @param top rows of zeros above
 * @param left columns of zeros on the left
 * @param outH rows of an output image
 * @param outW columns of an output image
 */
record TileGrid(int images, int h, int w, int channels, int top, int left, int outH, int outW) {

  /**
   * The grid of a 3×3 convolution of stride 1 as the pass sees it: forward reads x and makes y; the gradient of the
   * data reads dy, with 2 − padding rows of zeros, and makes dx.
   */
  static TileGrid of(ConvShape s, ConvPass pass) {
    int top = s.padding().h();
    int left = s.padding().w();
    return pass == ConvPass.FORWARD
        ? new TileGrid(s.n(), s.h(), s.w(), s.c(), top, left, s.outH(), s.outW())
        : new TileGrid(s.n(), s.outH(), s.outW(), s.k(), 2 - top, 2 - left, s.h(), s.w());
  }

  /** Rows of tiles in an image. */
  int rows() {
    return Math.ceilDiv(outH, 2);
  }

  /** Columns of tiles in an image. */
  int cols() {
    return Math.ceilDiv(outW, 2);
  }

  /** Tiles of all images. */
  long tiles() {
    return (long) rows() * cols() * images;
  }

  /** Bytes of an input image. */
  long imageBytes() {
    return 4L * h * w * channels;
  }
}
