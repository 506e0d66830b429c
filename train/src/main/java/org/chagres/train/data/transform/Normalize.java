package org.chagres.train.data.transform;

import java.util.Arrays;
import org.chagres.train.data.SampleRandom;

/**
 * {@code (x - mean) / std} per channel, where bytes count as {@code v / 255}. On bytes it is a table and costs nothing
 * of its own; the values are those of torchvision's {@code ToTensor} and {@code Normalize} to the last bit.
 */
public final class Normalize implements Transform {
  private final float[] mean;
  private final float[] std;
  private final float[] table;

  /**
   * With the statistics of each channel.
   *
   * @param mean one finite number a channel
   * @param std one finite number above 0 a channel
   */
  public Normalize(float[] mean, float[] std) {
    if (mean.length == 0 || mean.length != std.length) {
      throw new IllegalArgumentException(
          "Normalize: expected a mean and a std for each channel, got " + mean.length + " and " + std.length);
    }
    for (int c = 0; c < mean.length; c++) {
      Checks.finite("Normalize mean", mean[c]);
      if (!(Checks.finite("Normalize std", std[c]) > 0)) {
        throw new IllegalArgumentException("Normalize std: expected numbers above 0, got " + Arrays.toString(std));
      }
    }
    this.mean = mean.clone();
    this.std = std.clone();
    table = ByteTable.of(mean, std);
  }

  @Override
  public ImageShape outputShape(ImageShape in) {
    if (in.channels() != mean.length) {
      throw new IllegalArgumentException(
          "Normalize: has statistics of " + mean.length + " channels, the image " + in + " has " + in.channels());
    }
    return in;
  }

  @Override
  public void apply(Image image, SampleRandom random) {
    image.normalize(mean, std, table);
  }
}
