package org.chagres.train.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Made-up data sets in the formats that the command line reads; each class has a pattern, so there is something to learn. */
final class SmallData {

  private SmallData() {}

  /** MNIST's four files in a folder. */
  static Path mnist(Path folder, int train, int test) throws IOException {
    Files.createDirectories(folder);
    part(folder, "train", train, 1);
    part(folder, "t10k", test, 2);
    return folder;
  }

  private static void part(Path folder, String name, int count, long seed) throws IOException {
    Random random = new Random(seed);
    byte[] labels = new byte[count];
    byte[] images = new byte[count * 28 * 28];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % 10);
      for (int p = 0; p < 28 * 28; p++) {
        int bright = p / 28 / 3 == labels[i] ? 160 : 30;
        images[i * 28 * 28 + p] = (byte) (bright + random.nextInt(80));
      }
    }
    Files.write(folder.resolve(name + "-labels-idx1-ubyte"), idx(labels, count));
    Files.write(folder.resolve(name + "-images-idx3-ubyte"), idx(images, count, 28, 28));
  }

  /** A file in the IDX format. */
  static byte[] idx(byte[] data, int... dims) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dims.length + data.length).putInt(0x800 | dims.length);
    for (int d : dims) {
      file.putInt(d);
    }
    return file.put(data).array();
  }

  /** CIFAR-10's six files in a folder, with so many records each. */
  static Path cifar(Path folder, int records) throws IOException {
    Files.createDirectories(folder);
    Random random = new Random(3);
    for (String name : List.of("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5",
        "test_batch")) {
      byte[] bytes = new byte[records * 3073];
      random.nextBytes(bytes);
      for (int r = 0; r < records; r++) {
        bytes[r * 3073] = (byte) (r % 10);
      }
      Files.write(folder.resolve(name + ".bin"), bytes);
    }
    return folder;
  }

  /** train/CLASS/*.png and test/CLASS/*.png, of many sizes. */
  static Path folder(Path folder, List<String> classes, int train, int test) throws IOException {
    for (int c = 0; c < classes.size(); c++) {
      for (int i = 0; i < train + test; i++) {
        Path of = Files.createDirectories(folder.resolve(i < train ? "train" : "test").resolve(classes.get(c)));
        image(of.resolve(i + ".png"), c, 20 + 7 * (i % 5), 40 - 5 * (i % 3), i);
      }
    }
    return folder;
  }

  /** One image of a class, as PNG or JPEG by its name. */
  static Path image(Path file, int label, int height, int width, long seed) throws IOException {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] colours = {0xC02020, 0x20C020, 0x2020C0, 0xC0C020};
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, colours[label % colours.length] + random.nextInt(32) * 0x010101);
      }
    }
    String name = file.toString();
    if (!ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile())) {
      throw new IOException(file + ": no writer");
    }
    return file;
  }
}
