package org.chagres.train.data.source;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chagres.train.data.DataException;
import org.chagres.train.data.transform.Image;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.ImageShape;
import org.chagres.train.data.transform.ImageSource;
import org.chagres.train.data.transform.Normalize;

/**
 * CIFAR-10: 50,000 and 10,000 colour images of ten classes, 32×32 (Krizhevsky 2009), in its binary version. A record
 * is the label and 3072 bytes, red, green and blue plane; the files are mapped and images go from there to the batch
 * in one pass.
 */
public final class Cifar10 implements ImageSource {
  /** The folder in the archive. */
  static final String FOLDER = "cifar-10-batches-bin";

  private static final List<String> TRAIN_FILES =
      List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin");
  private static final List<String> TEST_FILES = List.of("test_batch.bin");
  private static final List<String> CLASSES =
      List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
  private static final ImageShape SHAPE = new ImageShape(3, 32, 32);
  private static final int RECORD = 1 + 3 * 32 * 32;
  private static final int MOST_RECORDS = 10_000;
  private static final URI OFFICIAL = URI.create("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz");
  private static final String OFFICIAL_MD5 = "c32a1d4ab5d03f1284b67883e8d87530";

  private record Part(Path file, MemorySegment data, long firstIndex) {}

  private final Part[] parts;
  private final long size;

  private Cifar10(Path folder, List<String> files) {
    var found = new ArrayList<Part>();
    long records = 0;
    for (String name : files) {
      Path file = folder.resolve(name);
      MemorySegment data = DataFile.map(file);
      long bytes = data.byteSize();
      if (bytes == 0 || bytes % RECORD != 0 || bytes / RECORD > MOST_RECORDS) {
        throw new DataException(
            file + ": expected 1 to " + MOST_RECORDS + " records of " + RECORD + " bytes, found " + bytes + " bytes ("
                + bytes / RECORD + " records and " + bytes % RECORD + " bytes)");
      }
      found.add(new Part(file, data, records));
      records += bytes / RECORD;
    }
    parts = found.toArray(Part[]::new);
    size = records;
  }

  /**
   * The training images.
   *
   * @param path the folder of {@code data_batch_1.bin} to {@code data_batch_5.bin}, or the one above it
   * @throws DataException if a file is missing or is not whole
   */
  public static ImageDataset train(Path path) {
    return new ImageDataset(new Cifar10(folder(path), TRAIN_FILES));
  }

  /** The test images, {@code test_batch.bin}; see {@link #train}. */
  public static ImageDataset test(Path path) {
    return new ImageDataset(new Cifar10(folder(path), TEST_FILES));
  }

  /** Normalization by the statistics of the training images. */
  public static Normalize normalize() {
    return new Normalize(new float[] {0.4914f, 0.4822f, 0.4465f}, new float[] {0.2470f, 0.2435f, 0.2616f});
  }

  /**
   * Fetches the data set from the University of Toronto (162 MiB), unless it is there; the archive's MD5 is checked
   * before anything is unpacked. Only this method uses the network.
   *
   * @param path where {@code cifar-10-batches-bin} shall be
   * @return that folder
   * @throws DataException if it cannot be fetched or is not the official archive
   */
  public static Path download(Path path) {
    return download(path, OFFICIAL);
  }

  /** {@link #download(Path)} from another place that has the same archive. */
  public static Path download(Path path, URI mirror) {
    return download(path, mirror, OFFICIAL_MD5);
  }

  static Path download(Path path, URI mirror, String md5) {
    var files = new ArrayList<String>(TRAIN_FILES);
    files.addAll(TEST_FILES);
    files.add("batches.meta.txt");
    return Download.archive(mirror, md5, path.resolve(FOLDER), files);
  }

  private static Path folder(Path path) {
    Path below = path.resolve(FOLDER);
    return Files.isDirectory(below) ? below : path;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public ImageShape shape() {
    return SHAPE;
  }

  @Override
  public List<String> classes() {
    return CLASSES;
  }

  @Override
  public long label(long index) {
    Part part = part(index);
    long record = index - part.firstIndex;
    int label = part.data.get(JAVA_BYTE, record * RECORD) & 255;
    if (label >= CLASSES.size()) {
      throw new DataException(part.file + ": record " + record + ": expected a label of 0 to 9, found " + label);
    }
    return label;
  }

  @Override
  public void load(long index, Image image) {
    Part part = part(index);
    image.loadBytes(part.data, (index - part.firstIndex) * RECORD + 1, SHAPE, true);
  }

  private Part part(long index) {
    int i = parts.length - 1;
    while (i > 0 && parts[i].firstIndex > index) {
      i--;
    }
    return parts[i];
  }
}
