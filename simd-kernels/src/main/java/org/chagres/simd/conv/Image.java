package org.chagres.simd.conv;

/**
 * The size of one image, channels last.
 *
 * @param h rows
 * @param w columns
 * @param c channels
 */
record Image(int h, int w, int c) {

  /** Bytes of one image. */
  long bytes() {
    return 4L * h * w * c;
  }
}
