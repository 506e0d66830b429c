package org.chagres.train.model;

import org.chagres.nn.modules.Dropout;
import org.chagres.nn.modules.Flatten;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.MaxPool2d;
import org.chagres.nn.modules.Module;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.tensor.Tensor;

/**
 * The case-study network: six {@link ConvBlock}s of 32, 64 and 128 channels, halved three times, and a head of two layers. For
 * 3×32×32 images and ten classes it has 815,018 parameters and takes 78.3 MFLOP forward an image.
 *
 * <p>Shape: (N, channels, side, side) to (N, classes).
 */
public final class Cnn extends Module {

  private final Sequential features;
  private final Sequential head;

  /** For 3×32×32 images and ten classes. */
  public Cnn() {
    this(3, 32, 10);
  }

  /**
   * For other images.
   *
   * @param channels of an image
   * @param side its height and width, a multiple of 8
   * @param classes scores to give
   */
  public Cnn(int channels, int side, int classes) {
    if (side < 8 || side % 8 != 0) {
      throw new IllegalArgumentException("Cnn: side: expected a multiple of 8, got " + side);
    }
    features = register("features", new Sequential(
        new ConvBlock(channels, 32), new ConvBlock(32, 32), new MaxPool2d(2), new Dropout(0.25),
        new ConvBlock(32, 64), new ConvBlock(64, 64), new MaxPool2d(2), new Dropout(0.25),
        new ConvBlock(64, 128), new ConvBlock(128, 128), new MaxPool2d(2), new Dropout(0.25)));
    int rest = side / 8;
    head = register("head", new Sequential(
        new Flatten(), new Linear(128 * rest * rest, 256), new ReLU(), new Dropout(0.5), new Linear(256, classes)));
  }

  @Override
  public Tensor forward(Tensor x) {
    return head.forward(features.forward(x));
  }
}
