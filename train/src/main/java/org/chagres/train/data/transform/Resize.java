package org.chagres.train.data.transform;

import org.chagres.simd.shape.Size;
import org.chagres.train.data.SampleRandom;

/**
 * Bilinear resampling to a fixed size, antialiased where it shrinks: torchvision's {@code Resize((h, w))} with its
 * default antialiasing, {@code align_corners=False}. Values stay floats; torchvision rounds to bytes when it is given
 * bytes, which differs by up to half a step of 1/255.
 */
public final class Resize implements Transform {
  private final Size size;

  /** To a square. */
  public Resize(int side) {
    this(side, side);
  }

  /** To a rectangle. */
  public Resize(int height, int width) {
    size = new Size(
        Checks.between("Resize height", height, 1, 65_535), Checks.between("Resize width", width, 1, 65_535));
  }

  @Override
  public ImageShape outputShape(ImageShape in) {
    return in.withSize(size.h(), size.w());
  }

  @Override
  public void apply(Image image, SampleRandom random) {
    image.resize(size.h(), size.w());
  }
}
