package org.chagres.train.data.transform;

import org.chagres.train.data.SampleRandom;

/**
 * Overwrites a random rectangle (Zhong, Zheng, Kang, Li, Yang 2017, arXiv:1708.04896) as torchvision does: its area is
 * a random part of the image's, its height to width ratio random on a log scale; ten tries to fit it, else the image
 * stays as it is. Comes after {@link Normalize}, so that the value is one of normalized images.
 */
public final class RandomErasing implements Transform {
  private static final int TRIES = 10;

  private final double p;
  private final Range scale;
  private final Range ratio;
  private final float value;
  private final boolean noise;

  private record Range(double least, double most) {}

  /** With probability one half. */
  public RandomErasing() {
    this(0.5);
  }

  /** With a probability from 0 to 1, scale (0.02, 0.33), ratio (0.3, 3.3) and value 0. */
  public RandomErasing(double p) {
    this(Checks.probability("RandomErasing", p), new Range(0.02, 0.33), new Range(0.3, 3.3), 0f, false);
  }

  private RandomErasing(double p, Range scale, Range ratio, float value, boolean noise) {
    this.p = p;
    this.scale = scale;
    this.ratio = ratio;
    this.value = value;
    this.noise = noise;
  }

  /** The rectangle's part of the image's area, from 0 to 1. */
  public RandomErasing scale(double least, double most) {
    if (!(least >= 0 && least <= most && most <= 1)) {
      throw new IllegalArgumentException(
          "RandomErasing scale: expected 0 <= least <= most <= 1, got (" + least + ", " + most + ")");
    }
    return new RandomErasing(p, new Range(least, most), ratio, value, noise);
  }

  /** The rectangle's height to width ratio, above 0. */
  public RandomErasing ratio(double least, double most) {
    if (!(least > 0 && least <= most && Double.isFinite(most))) {
      throw new IllegalArgumentException(
          "RandomErasing ratio: expected 0 < least <= most, got (" + least + ", " + most + ")");
    }
    return new RandomErasing(p, scale, new Range(least, most), value, noise);
  }

  /** What to overwrite with. */
  public RandomErasing value(float newValue) {
    return new RandomErasing(p, scale, ratio, Checks.finite("RandomErasing value", newValue), false);
  }

  /** Overwrites each value with a draw from the standard normal distribution: torchvision's {@code value="random"}. */
  public RandomErasing randomValue() {
    return new RandomErasing(p, scale, ratio, value, true);
  }

  @Override
  public void apply(Image image, SampleRandom random) {
    if (!random.nextBoolean(p)) {
      return;
    }
    double area = (double) image.height() * image.width();
    for (int i = 0; i < TRIES; i++) {
      double erased = area * between(random, scale.least, scale.most);
      double aspect = Math.exp(between(random, Math.log(ratio.least), Math.log(ratio.most)));
      int h = (int) Math.rint(Math.sqrt(erased * aspect));
      int w = (int) Math.rint(Math.sqrt(erased / aspect));
      if (h < image.height() && w < image.width()) {
        int y = random.nextInt(image.height() - h + 1);
        int x = random.nextInt(image.width() - w + 1);
        erase(image, new Rectangle(y, x, y + h, x + w), random);
        return;
      }
    }
  }

  private record Rectangle(int top, int left, int bottom, int right) {}

  private void erase(Image image, Rectangle r, SampleRandom random) {
    for (int y = r.top; y < r.bottom; y++) {
      for (int x = r.left; x < r.right; x++) {
        for (int c = 0; c < image.channels(); c++) {
          image.set(c, y, x, noise ? (float) random.nextGaussian() : value);
        }
      }
    }
  }

  private static double between(SampleRandom random, double least, double most) {
    return least + (most - least) * random.nextDouble();
  }
}
