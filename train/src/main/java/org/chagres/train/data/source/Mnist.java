package org.chagres.train.data.source;

import java.nio.file.Path;
import java.util.List;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.Normalize;

/**
 * MNIST: 60,000 and 10,000 grey images of handwritten digits, 28×28 (LeCun, Cortes, Burges), in its IDX files, gzipped
 * or not.
 */
public final class Mnist {
  private static final List<String> CLASSES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

  private Mnist() {}

  /**
   * The training images.
   *
   * @param folder that of the four files, or torchvision's root with {@code MNIST/raw} in it
   * @throws org.chagres.train.data.DataException if a file is missing or is not what it should be
   */
  public static ImageDataset train(Path folder) {
    return IdxImages.open(folder, "MNIST", "train", CLASSES);
  }

  /** The test images; see {@link #train}. */
  public static ImageDataset test(Path folder) {
    return IdxImages.open(folder, "MNIST", "t10k", CLASSES);
  }

  /** Normalization by the statistics of the training images. */
  public static Normalize normalize() {
    return new Normalize(new float[] {0.1307f}, new float[] {0.3081f});
  }
}
