package org.chagres.train.data.transform;

import org.chagres.simd.shape.Size;
import org.chagres.train.data.SampleRandom;

/**
 * Pads to a size, evenly on both sides, the odd pixel below and to the right: 28×28 becomes 32×32 with two on each
 * side.
 */
public final class PadTo implements Transform {
  private final Size size;
  private final float fill;

  /** To a square, with 0. */
  public PadTo(int side) {
    this(side, side, 0f);
  }

  /** To a rectangle, with a value. */
  public PadTo(int height, int width, float fill) {
    size = new Size(
        Checks.between("PadTo height", height, 1, 65_535), Checks.between("PadTo width", width, 1, 65_535));
    this.fill = Checks.finite("PadTo fill", fill);
  }

  @Override
  public ImageShape outputShape(ImageShape in) {
    if (size.h() < in.height() || size.w() < in.width()) {
      throw new IllegalArgumentException("PadTo: " + size + " is smaller than an image of " + in);
    }
    return in.withSize(size.h(), size.w());
  }

  @Override
  public void apply(Image image, SampleRandom random) {
    image.crop((image.height() - size.h()) / 2, (image.width() - size.w()) / 2, size.h(), size.w(), fill);
  }
}
