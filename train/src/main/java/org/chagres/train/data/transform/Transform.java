package org.chagres.train.data.transform;

import org.chagres.train.data.SampleRandom;

/**
 * A change to an image on its way into a batch. One object serves all workers at the same time, so it holds options
 * only; what is random is drawn from the sample's own generator.
 */
@FunctionalInterface
public interface Transform {

  /**
   * Changes an image in place.
   *
   * @param image what the transform before left
   * @param random the sample's generator, for all draws
   */
  void apply(Image image, SampleRandom random);

  /**
   * The shape that comes out; the same unless overridden.
   *
   * @param in the shape that goes in
   * @throws IllegalArgumentException if the transform cannot work on that shape
   */
  default ImageShape outputShape(ImageShape in) {
    return in;
  }
}
