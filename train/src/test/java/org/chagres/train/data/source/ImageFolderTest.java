package org.chagres.train.data.source;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.chagres.train.data.source.Cifar10Test.told;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.chagres.train.data.Batch;
import org.chagres.train.data.DataException;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.SampleBuffer;
import org.chagres.train.data.SampleSpec;
import org.chagres.train.data.transform.ImageDataset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageFolderTest {
  private static final long SEED = Long.getLong("chagres.seed", new Random().nextInt());

  @TempDir Path folder;

  private Path image(String path, int type, int h, int w, int argb) throws IOException {
    var picture = new BufferedImage(w, h, type);
    for (int y = 0; y < h; y++) {
      for (int x = 0; x < w; x++) {
        picture.setRGB(x, y, argb);
      }
    }
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    String format = path.substring(path.lastIndexOf('.') + 1);
    assertTrue(ImageIO.write(picture, format.equalsIgnoreCase("jpeg") ? "jpg" : format, file.toFile()), path);
    return file;
  }

  private static float[] read(ImageDataset data, long index) {
    var buffer = SampleBuffer.allocate(data.spec());
    data.read(index, buffer);
    return buffer.input().toArray(JAVA_FLOAT);
  }

  @Test
  void classesAndFilesAreSortedAndDecodedToOneSize() throws IOException {
    image("zebra/1.png", BufferedImage.TYPE_INT_RGB, 3, 5, 0xff102030);
    image("ant/sub/2.JPG", BufferedImage.TYPE_INT_RGB, 16, 16, 0xff808080);
    image("ant/1.png", BufferedImage.TYPE_INT_ARGB, 4, 4, 0x80ff0000);
    image("bee/0.bmp", BufferedImage.TYPE_INT_RGB, 2, 9, 0xff0000ff);
    Files.writeString(folder.resolve("bee/notes.txt"), "not an image");
    Files.writeString(folder.resolve("readme"), "not a class");
    ImageDataset data = ImageFolder.of(folder, 4, 6);
    assertEquals(List.of("ant", "bee", "zebra"), data.classes());
    assertEquals(4, data.size());
    assertEquals(SampleSpec.classification(3, 4, 6), data.spec());
    assertArrayEquals(new long[] {0, 0, 1, 2}, new long[] {data.label(0), data.label(1), data.label(2), data.label(3)});
    assertAll(read(data, 0), 1f, 0f, 0f, 1e-6f);
    assertAll(read(data, 1), 128 / 255f, 128 / 255f, 128 / 255f, 3 / 255f);
    assertAll(read(data, 2), 0f, 0f, 1f, 1e-6f);
    assertAll(read(data, 3), 16 / 255f, 32 / 255f, 48 / 255f, 1e-6f);
    try (var loader = DataLoader.of(data).batchSize(4).workers(2).build()) {
      for (Batch batch : loader) {
        assertEquals(1f, batch.inputSegment().get(JAVA_FLOAT, 0));
      }
    }
  }

  private static void assertAll(float[] values, float r, float g, float b, float tolerance) {
    for (int i = 0; i < values.length; i += 3) {
      assertEquals(r, values[i], tolerance);
      assertEquals(g, values[i + 1], tolerance);
      assertEquals(b, values[i + 2], tolerance);
    }
  }

  @Test
  void greyValuesAreTakenAsTheyAre() throws IOException {
    var picture = new BufferedImage(3, 1, BufferedImage.TYPE_BYTE_GRAY);
    picture.getRaster().setSamples(0, 0, 3, 1, 0, new int[] {0, 100, 255});
    Files.createDirectories(folder.resolve("a"));
    ImageIO.write(picture, "png", folder.resolve("a/g.png").toFile());
    float[] got = read(ImageFolder.of(folder, 1, 3), 0);
    float grey = 100 / 255f;
    assertArrayEquals(new float[] {0, 0, 0, grey, grey, grey, 1, 1, 1}, got);
  }

  @Test
  void whatIsWrongIsNamed() throws IOException {
    told("none: expected a folder, found nothing", () -> ImageFolder.of(folder.resolve("none"), 4, 4));
    told("expected a folder for each class, found none", () -> ImageFolder.of(folder, 4, 4));
    Files.createDirectory(folder.resolve("empty"));
    told("empty: expected images", () -> ImageFolder.of(folder, 4, 4));
    Path file = Files.writeString(folder.resolve("empty/a.png"), "no image at all");
    ImageDataset data = ImageFolder.of(folder, 4, 4);
    told(file + ": expected an image, found 15 bytes of no known format", () -> read(data, 0));
    Files.delete(file);
    told(file + ": cannot be read", () -> read(data, 0));
  }

  @Test
  void damagedImagesAreReadOrRefused() throws IOException {
    var random = new Random(SEED);
    for (String name : List.of("x.png", "x.jpg", "x.bmp")) {
      Path file = image("c/" + name, BufferedImage.TYPE_INT_RGB, 9, 7, 0xff336699);
      byte[] good = Files.readAllBytes(file);
      ImageDataset data = ImageFolder.of(folder, 5, 5);
      int refused = 0;
      for (int trial = 0; trial < 120; trial++) {
        byte[] bad = random.nextBoolean() ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
        for (int n = random.nextInt(4); n > 0 && bad.length > 0; n--) {
          bad[random.nextInt(Math.min(bad.length, 200))] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(file, bad);
        try {
          read(data, 0);
        } catch (DataException e) {
          refused++;
          assertTrue(e.getMessage().startsWith(file.toString()), () -> e.getMessage() + ", seed " + SEED);
        } catch (RuntimeException | Error e) {
          throw new AssertionError(name + ", seed " + SEED + ", trial " + trial, e);
        }
      }
      assertNotEquals(0, refused, name);
      Files.delete(file);
    }
  }
}
