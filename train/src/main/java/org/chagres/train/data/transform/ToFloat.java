package org.chagres.train.data.transform;

import org.chagres.train.data.SampleRandom;

/**
 * Bytes to floats in [0, 1]: torchvision's {@code ToTensor}. Bytes that reach a batch become so in any case; the
 * transform is for pipelines that say it.
 */
public final class ToFloat implements Transform {

  /** Without options. */
  public ToFloat() {}

  @Override
  public void apply(Image image, SampleRandom random) {
    // An image's values are floats in [0, 1] already wherever they can be seen.
  }
}
