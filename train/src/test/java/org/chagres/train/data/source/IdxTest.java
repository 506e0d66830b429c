package org.chagres.train.data.source;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.train.data.source.Cifar10Test.told;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.chagres.train.data.DataException;
import org.chagres.train.data.SampleBuffer;
import org.chagres.train.data.transform.ImageDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IdxTest {
  private static final long SEED = Long.getLong("chagres.seed", new Random().nextInt());

  @TempDir Path folder;

  private static byte[] idx(int magic, int[] dims, byte[] data) {
    ByteBuffer b = ByteBuffer.allocate(4 + 4 * dims.length + data.length).putInt(magic);
    for (int d : dims) {
      b.putInt(d);
    }
    return b.put(data).array();
  }

  private static byte[] images(int count) {
    byte[] data = new byte[count * 28 * 28];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 7 + i / 784);
    }
    return idx(0x803, new int[] {count, 28, 28}, data);
  }

  private static byte[] labels(int... labels) {
    byte[] data = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      data[i] = (byte) labels[i];
    }
    return idx(0x801, new int[] {labels.length}, data);
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(plain);
    }
    return packed.toByteArray();
  }

  private void write(byte[] images, byte[] labels) throws IOException {
    Files.write(folder.resolve("train-images-idx3-ubyte"), images);
    Files.write(folder.resolve("train-labels-idx1-ubyte"), labels);
  }

  @Test
  void plainGzippedAndTorchvisionsFoldersAreTheSame() throws IOException {
    write(images(3), labels(0, 9, 4));
    ImageDataset plain = Mnist.train(folder);
    assertEquals(3, plain.size());
    Path raw = Files.createDirectories(folder.resolve("root/FashionMNIST/raw"));
    Files.write(raw.resolve("t10k-images-idx3-ubyte.gz"), gzip(images(3)));
    Files.write(raw.resolve("t10k-labels-idx1-ubyte.gz"), gzip(labels(0, 9, 4)));
    ImageDataset packed = FashionMnist.test(folder.resolve("root"));
    var a = SampleBuffer.allocate(plain.spec());
    var b = SampleBuffer.allocate(packed.spec());
    for (int i = 0; i < 3; i++) {
      plain.read(i, a);
      packed.read(i, b);
      assertArrayEquals(a.input().toArray(JAVA_FLOAT), b.input().toArray(JAVA_FLOAT));
      assertEquals(plain.label(i), b.target().get(JAVA_LONG, 0));
    }
    assertEquals((7 * 785 + 1 & 255) / 255f, readPixel(plain, 1, 1));
    assertEquals("Ankle boot", packed.classes().get(9));
  }

  private static float readPixel(ImageDataset data, long index, int pixel) {
    var buffer = SampleBuffer.allocate(data.spec());
    data.read(index, buffer);
    return buffer.input().get(JAVA_FLOAT, 4L * pixel);
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    told("expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz", () -> Mnist.train(folder));
    write(images(2), labels(1, 2, 3));
    told("has 2 images", () -> Mnist.train(folder));
    write(images(2), labels(1, 10));
    told("train-labels-idx1-ubyte: label 1: expected 0 to 9, found 10", () -> Mnist.train(folder));
    write(labels(1, 2), labels(1, 2));
    told("train-images-idx3-ubyte: expected an IDX header of 16 bytes, found 10", () -> Mnist.train(folder));
    write(idx(0x802, new int[] {2, 2, 2}, new byte[8]), labels(1, 2));
    told("expected the IDX magic number 0x00000803, found 0x00000802", () -> Mnist.train(folder));
    byte[] images = images(2);
    write(Arrays.copyOf(images, images.length - 1), labels(1, 2));
    told("makes a file of 1584 bytes, found 1583", () -> Mnist.train(folder));
    write(Arrays.copyOf(images, images.length + 1), labels(1, 2));
    told("makes a file of 1584 bytes, found 1585", () -> Mnist.train(folder));
    write(idx(0x803, new int[] {-1, 28, 28}, new byte[0]), labels(1));
    told("found [-1, 28, 28]", () -> Mnist.train(folder));
    write(idx(0x803, new int[] {1 << 30, 1 << 30, 1 << 30}, new byte[0]), labels(1));
    told("2^40 bytes at most", () -> Mnist.train(folder));
    write(new byte[0], labels(1));
    told("found 0 bytes", () -> Mnist.train(folder));
    write(idx(0x803, new int[] {1, 1, 70_000}, new byte[70_000]), labels(1));
    told("width: expected 1 to 65535, got 70000", () -> Mnist.train(folder));
  }

  @Test
  void corruptGzipIsNamed() throws IOException {
    byte[] packed = gzip(images(40));
    write(Arrays.copyOf(packed, packed.length / 2), labels(new int[40]));
    told("train-images-idx3-ubyte: the gzip stream ends early", () -> Mnist.train(folder));
    byte[] flipped = packed.clone();
    flipped[packed.length - 6] ^= 1; // in the checksum
    write(flipped, labels(new int[40]));
    told("the gzip stream is corrupt", () -> Mnist.train(folder));
    write(gzip(Arrays.copyOf(images(2), 1583)), labels(1, 2));
    told("expected 1568 bytes after the header, found 1567", () -> Mnist.train(folder));
    write(gzip(Arrays.copyOf(images(2), 1585)), labels(1, 2));
    told("found more", () -> Mnist.train(folder));
    write(gzip(idx(0x803, new int[] {60_000, 1000, 1000}, new byte[9])), labels(1, 2));
    told("promises 60000000000 bytes", () -> Mnist.train(folder));
  }

  /** Whatever is done to a file, it is read as it stands or refused with a DataException. */
  @Test
  void damagedFilesAreReadOrRefused() throws IOException {
    var random = new Random(SEED);
    byte[][] good = {images(3), gzip(images(3)), labels(1, 2, 3), gzip(labels(1, 2, 3))};
    int refused = 0;
    for (int trial = 0; trial < 400; trial++) {
      byte[][] files = {good[random.nextInt(2)].clone(), good[2 + random.nextInt(2)].clone()};
      int which = random.nextInt(2);
      byte[] f = files[which];
      switch (random.nextInt(3)) {
        case 0 -> f = Arrays.copyOf(f, random.nextInt(f.length));
        case 1 -> f = Arrays.copyOf(f, f.length + 1 + random.nextInt(30));
        default -> {
          for (int n = 1 + random.nextInt(3); n > 0; n--) {
            f[random.nextInt(Math.min(f.length, 24))] ^= (byte) (1 << random.nextInt(8));
          }
        }
      }
      files[which] = f;
      write(files[0], files[1]);
      try {
        ImageDataset data = Mnist.train(folder);
        var buffer = SampleBuffer.allocate(data.spec());
        for (long i = 0; i < data.size(); i++) {
          data.read(i, buffer);
        }
      } catch (DataException e) {
        refused++;
        assertNotEquals(-1, e.getMessage().indexOf("-ubyte: "), () -> e.getMessage() + ", seed " + SEED);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ", trial " + trial, e);
      }
    }
    assertNotEquals(0, refused);
  }

  @Test
  void theEmbeddedSetIsThere() {
    ImageDataset train = Embedded.fashionMnistTrain();
    ImageDataset test = Embedded.fashionMnistTest().padTo(32);
    assertEquals(10_000, train.size());
    assertEquals(2_000, test.size());
    assertEquals(32, test.shape().width());
    assertEquals("Ankle boot", train.classes().get((int) train.label(0)));
    int[] count = new int[10];
    for (int i = 0; i < 10_000; i++) {
      count[(int) train.label(i)]++;
    }
    assertArrayEquals(new int[] {942, 1027, 1016, 1019, 974, 989, 1021, 1022, 990, 1000}, count);
    var buffer = SampleBuffer.allocate(test.spec());
    test.read(0, buffer);
    float[] image = buffer.input().toArray(JAVA_FLOAT);
    float sum = 0;
    for (int i = 0; i < 1024; i++) {
      boolean border = i / 32 < 2 || i / 32 >= 30 || i % 32 < 2 || i % 32 >= 30;
      assertEquals(border ? 0 : image[i], image[i]);
      sum += image[i];
    }
    assertNotEquals(0f, sum);
  }
}
