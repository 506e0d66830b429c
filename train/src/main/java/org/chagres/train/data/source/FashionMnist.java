package org.chagres.train.data.source;

import java.nio.file.Path;
import java.util.List;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.Normalize;

/**
 * Fashion-MNIST: 60,000 and 10,000 grey images of clothes, 28×28 (Xiao, Rasul, Vollgraf 2017, arXiv:1708.07747), in
 * IDX files, gzipped or not. A part of it comes with the library: {@link Embedded}.
 */
public final class FashionMnist {
  static final List<String> CLASSES =
      List.of(
          "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

  private FashionMnist() {}

  /**
   * The training images.
   *
   * @param folder that of the four files, or torchvision's root with {@code FashionMNIST/raw} in it
   * @throws org.chagres.train.data.DataException if a file is missing or is not what it should be
   */
  public static ImageDataset train(Path folder) {
    return IdxImages.open(folder, "FashionMNIST", "train", CLASSES);
  }

  /** The test images; see {@link #train}. */
  public static ImageDataset test(Path folder) {
    return IdxImages.open(folder, "FashionMNIST", "t10k", CLASSES);
  }

  /** Normalization by the statistics of the training images. */
  public static Normalize normalize() {
    return new Normalize(new float[] {0.2860f}, new float[] {0.3530f});
  }
}
