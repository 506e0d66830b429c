package org.chagres.train.data.source;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import org.chagres.train.data.DataException;
import org.chagres.train.data.transform.Image;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.ImageShape;
import org.chagres.train.data.transform.ImageSource;

/** Grey images of rank 3 and labels of rank 1, both IDX: the source behind {@link Mnist} and {@link FashionMnist}. */
final class IdxImages implements ImageSource {
  private final MemorySegment images;
  private final MemorySegment labels;
  private final long size;
  private final ImageShape shape;
  private final List<String> classes;

  IdxImages(Idx images, Idx labels, List<String> classes) {
    if (images.dims()[0] != labels.dims()[0]) {
      throw new DataException(
          images.name() + ": has " + images.dims()[0] + " images, " + labels.name() + " has " + labels.dims()[0]
              + " labels");
    }
    for (long i = 0; i < labels.data().byteSize(); i++) {
      int label = labels.data().get(JAVA_BYTE, i) & 255;
      if (label >= classes.size()) {
        throw new DataException(
            labels.name() + ": label " + i + ": expected 0 to " + (classes.size() - 1) + ", found " + label);
      }
    }
    try {
      shape = new ImageShape(1, images.dims()[1], images.dims()[2]);
    } catch (IllegalArgumentException e) {
      throw new DataException(images.name() + ": " + e.getMessage(), e);
    }
    this.images = images.data();
    this.labels = labels.data();
    size = images.dims()[0];
    this.classes = classes;
  }

  /**
   * Opens a part of a data set.
   *
   * @param folder that of the files, or one that holds torchvision's {@code <name>/raw}
   * @param name torchvision's folder name
   * @param part {@code "train"} or {@code "t10k"}
   */
  static ImageDataset open(Path folder, String name, String part, List<String> classes) {
    List<Path> folders =
        List.of(folder, folder.resolve("raw"), folder.resolve(name), folder.resolve(name).resolve("raw"));
    Idx images = Idx.read(find(folders, part + "-images", "idx3-ubyte"), 3);
    Idx labels = Idx.read(find(folders, part + "-labels", "idx1-ubyte"), 1);
    return new ImageDataset(new IdxImages(images, labels, classes));
  }

  private static Path find(List<Path> folders, String stem, String ending) {
    String plain = stem + "-" + ending;
    String dotted = stem + "." + ending;
    return DataFile.find(folders, plain, dotted, plain + ".gz", dotted + ".gz")
        .orElseThrow(
            () -> new DataException(folders.getFirst() + ": expected " + plain + " or " + plain + ".gz here or in "
                + folders.subList(1, folders.size()) + ", found neither"));
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public long label(long index) {
    return labels.get(JAVA_BYTE, index) & 255;
  }

  @Override
  public void load(long index, Image image) {
    image.loadBytes(images, index * shape.elements(), shape, true);
  }
}
