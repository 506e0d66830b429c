package org.chagres.train.data.transform;

import org.chagres.simd.shape.Size;
import org.chagres.train.data.SampleRandom;

/**
 * A rectangle at a random place, after padding on all sides: {@code new RandomCrop(32).padding(4)}. Every place is
 * equally likely, as in torchvision.
 */
public final class RandomCrop implements Transform {
  private final Size size;
  private final int padding;
  private final float fill;

  /** A square of the given side. */
  public RandomCrop(int side) {
    this(Size.of(side), 0, 0f);
  }

  /** A rectangle. */
  public RandomCrop(int height, int width) {
    this(new Size(height, width), 0, 0f);
  }

  private RandomCrop(Size size, int padding, float fill) {
    Checks.between("RandomCrop height", size.h(), 1, 65_535);
    Checks.between("RandomCrop width", size.w(), 1, 65_535);
    this.size = size;
    this.padding = Checks.between("RandomCrop padding", padding, 0, 32_767);
    this.fill = Checks.finite("RandomCrop fill", fill);
  }

  /** With so many pixels of padding on each side. */
  public RandomCrop padding(int pixels) {
    return new RandomCrop(size, pixels, fill);
  }

  /** With this value as padding instead of 0. */
  public RandomCrop fill(float value) {
    return new RandomCrop(size, padding, value);
  }

  @Override
  public ImageShape outputShape(ImageShape in) {
    if (size.h() > in.height() + 2 * padding || size.w() > in.width() + 2 * padding) {
      throw new IllegalArgumentException(
          "RandomCrop size: " + size + " is larger than an image of " + in + " with padding " + padding);
    }
    return in.withSize(size.h(), size.w());
  }

  @Override
  public void apply(Image image, SampleRandom random) {
    int y = random.nextInt(image.height() + 2 * padding - size.h() + 1) - padding;
    int x = random.nextInt(image.width() + 2 * padding - size.w() + 1) - padding;
    image.crop(y, x, size.h(), size.w(), fill);
  }
}
