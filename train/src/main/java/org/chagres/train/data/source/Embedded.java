package org.chagres.train.data.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.chagres.train.data.DataException;
import org.chagres.train.data.transform.ImageDataset;

/**
 * A data set that comes with the library, for a first run without a download: the first 10,000 training and the first
 * 2,000 test images of {@link FashionMnist} (MIT licence, beside it in the jar). {@code tools} has the command that
 * made it.
 */
public final class Embedded {
  private static final String FOLDER = "/org/chagres/train/data/embedded/fashion-mnist-10k/";

  private Embedded() {}

  /** 10,000 images of clothes, 28×28. */
  public static ImageDataset fashionMnistTrain() {
    return open("train");
  }

  /** 2,000 other images of clothes, 28×28. */
  public static ImageDataset fashionMnistTest() {
    return open("test");
  }

  private static ImageDataset open(String part) {
    return new ImageDataset(
        new IdxImages(
            idx(part + "-images-idx3-ubyte.gz", 3), idx(part + "-labels-idx1-ubyte.gz", 1), FashionMnist.CLASSES));
  }

  private static Idx idx(String file, int rank) {
    try (InputStream in = Embedded.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new DataException("resource " + FOLDER + file + ": not in this jar");
      }
      byte[] packed = in.readAllBytes();
      return Idx.unpack(new ByteArrayInputStream(packed), packed.length, "resource " + FOLDER + file, rank);
    } catch (IOException e) {
      throw new DataException("resource " + FOLDER + file + ": cannot be read: " + Reason.of(e), e);
    }
  }
}
