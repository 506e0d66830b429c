package org.chagres.train.data.transform;

import org.chagres.train.data.SampleRandom;

/** Swaps left and right with a given probability. */
public final class RandomHorizontalFlip implements Transform {
  private final double p;

  /** With probability one half. */
  public RandomHorizontalFlip() {
    this(0.5);
  }

  /** With a probability from 0 to 1. */
  public RandomHorizontalFlip(double p) {
    this.p = Checks.probability("RandomHorizontalFlip", p);
  }

  @Override
  public void apply(Image image, SampleRandom random) {
    if (random.nextBoolean(p)) {
      image.flipHorizontal();
    }
  }
}
