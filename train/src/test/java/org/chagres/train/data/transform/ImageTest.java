package org.chagres.train.data.transform;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Image} does its geometry lazily; here against one that does every step at once on an array. */
final class ImageTest {
  private static final long SEED = Long.getLong("chagres.seed", new Random().nextInt());

  /** The plain version: values[y][x][c]. */
  private static final class Eager {
    float[][][] v;

    Eager(int h, int w, int c) {
      v = new float[h][w][c];
    }

    void crop(int y0, int x0, int h, int w, float fill) {
      var to = new Eager(h, w, v[0][0].length);
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          for (int c = 0; c < v[0][0].length; c++) {
            boolean in = y + y0 >= 0 && y + y0 < v.length && x + x0 >= 0 && x + x0 < v[0].length;
            to.v[y][x][c] = in ? v[y + y0][x + x0][c] : fill;
          }
        }
      }
      v = to.v;
    }

    void flip() {
      for (float[][] row : v) {
        for (int x = 0; x < row.length / 2; x++) {
          float[] t = row[x];
          row[x] = row[row.length - 1 - x];
          row[row.length - 1 - x] = t;
        }
      }
    }

    void normalize(float[] mean, float[] std) {
      for (float[][] row : v) {
        for (float[] pixel : row) {
          for (int c = 0; c < pixel.length; c++) {
            pixel[c] = (pixel[c] - mean[c]) / std[c];
          }
        }
      }
    }

    float[] flat() {
      int w = v[0].length;
      int ch = v[0][0].length;
      float[] all = new float[v.length * w * ch];
      for (int i = 0; i < all.length; i++) {
        all[i] = v[i / (w * ch)][i / ch % w][i % ch];
      }
      return all;
    }
  }

  @Test
  void anySequenceOfStepsIsAsIfDoneAtOnce() {
    var random = new Random(SEED);
    var image = new Image();
    for (int trial = 0; trial < 3000; trial++) {
      String message = "seed " + SEED + ", trial " + trial;
      int channels = 1 + random.nextInt(5);
      int h = 1 + random.nextInt(9);
      int w = 1 + random.nextInt(9);
      int steps = random.nextInt(7);
      long plan = random.nextLong();
      var shape = new ImageShape(channels, h, w);
      byte[] bytes = new byte[shape.elements() + 3];
      random.nextBytes(bytes);
      boolean planar = random.nextBoolean();
      var eager = new Eager(h, w, channels);
      for (int y = 0; y < h; y++) {
        for (int x = 0; x < w; x++) {
          for (int c = 0; c < channels; c++) {
            int at = planar ? (c * h + y) * w + x : (y * w + x) * channels + c;
            eager.v[y][x][c] = (bytes[3 + at] & 255) / 255f;
          }
        }
      }
      float[] start = eager.flat();
      run(new Random(plan), steps, channels, null, eager);
      float[] expected = eager.flat();
      var out = new ImageShape(channels, eager.v.length, eager.v[0].length);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment slot = arena.allocate(4L * expected.length + 8, 8);
        slot.fill((byte) 0x55);
        image.begin(slot.address() + 4, out);
        if (random.nextInt(3) == 0) {
          image.loadFloats(arena.allocateFrom(JAVA_FLOAT, start), shape);
        } else if (random.nextBoolean()) {
          image.loadBytes(MemorySegment.ofArray(bytes), 3, shape, planar);
        } else {
          image.loadBytes(arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes)), 3, shape, planar);
        }
        run(new Random(plan), steps, channels, image, null);
        image.finish();
        float[] got = slot.asSlice(4, 4L * expected.length).toArray(JAVA_FLOAT);
        assertArrayEquals(expected, got, 0f, message);
        assertEquals(0x55555555, slot.get(java.lang.foreign.ValueLayout.JAVA_INT, 0), message);
        assertEquals(
            0x55555555, slot.get(java.lang.foreign.ValueLayout.JAVA_INT, 4 + 4L * expected.length), message);
      }
    }
  }

  /** The same steps on one or the other. */
  private static void run(Random random, int steps, int channels, Image image, Eager eager) {
    for (int i = 0; i < steps; i++) {
      int height = image != null ? image.height() : eager.v.length;
      int width = image != null ? image.width() : eager.v[0].length;
      switch (random.nextInt(4)) {
        case 0 -> {
          int y = random.nextInt(7) - 3;
          int x = random.nextInt(7) - 3;
          int h = 1 + random.nextInt(9);
          int w = 1 + random.nextInt(9);
          float fill = random.nextInt(3) / 2f;
          if (image != null) {
            image.crop(y, x, h, w, fill);
          } else {
            eager.crop(y, x, h, w, fill);
          }
        }
        case 1 -> {
          if (image != null) {
            image.flipHorizontal();
          } else {
            eager.flip();
          }
        }
        case 2 -> {
          float[] mean = new float[channels];
          float[] std = new float[channels];
          for (int c = 0; c < channels; c++) {
            mean[c] = random.nextFloat();
            std[c] = 0.1f + random.nextFloat();
          }
          if (image != null) {
            new Normalize(mean, std).apply(image, new org.chagres.train.data.SampleRandom(0));
          } else {
            eager.normalize(mean, std);
          }
        }
        default -> {
          int c = random.nextInt(channels);
          int y = random.nextInt(height);
          int x = random.nextInt(width);
          if (image != null) {
            image.set(c, y, x, image.get(c, y, x) + 2);
          } else {
            eager.v[y][x][c] += 2;
          }
        }
      }
    }
  }

  private static float[] resized(float[] values, int h, int w, int newH, int newW) {
    try (Arena arena = Arena.ofConfined()) {
      var image = new Image();
      MemorySegment slot = arena.allocate(4L * newH * newW, 4);
      image.begin(slot.address(), new ImageShape(1, newH, newW));
      image.loadFloats(arena.allocateFrom(JAVA_FLOAT, values), new ImageShape(1, h, w));
      image.resize(newH, newW);
      image.finish();
      return slot.toArray(JAVA_FLOAT);
    }
  }

  @Test
  void resizeIsBilinearBetweenPixelCentres() {
    // As torch's interpolate(mode="bilinear", align_corners=False): 0.75 and 0.25 between centres, edges held.
    assertArrayEquals(
        new float[] {0, 1, 3, 4, 0, 1, 3, 4}, resized(new float[] {0, 4}, 1, 2, 2, 4), 1e-6f);
    // With antialiasing a halving weighs 1 3 3 1; at the edge what lies outside is left out.
    assertArrayEquals(
        new float[] {(3 * 0 + 3 * 7 + 1 * 14) / 7f, (1 * 7 + 3 * 14 + 3 * 21) / 7f},
        resized(new float[] {0, 7, 14, 21}, 1, 4, 1, 2), 1e-5f);
    assertArrayEquals(new float[] {5, 5, 5, 5, 5, 5}, resized(new float[] {5, 5, 5, 5, 5}, 5, 1, 3, 2), 1e-5f);
    assertArrayEquals(new float[] {1, 2, 3, 4}, resized(new float[] {1, 2, 3, 4}, 2, 2, 2, 2), 0f);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void resizeReadsOnlyItsImage(int channels) {
    var random = new Random(SEED);
    var image = new Image();
    for (int i = 0; i < 300; i++) {
      var in = new ImageShape(channels, 1 + random.nextInt(20), 1 + random.nextInt(20));
      var out = new ImageShape(channels, 1 + random.nextInt(20), 1 + random.nextInt(20));
      byte[] ones = new byte[in.elements()];
      java.util.Arrays.fill(ones, (byte) 255);
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment slot = arena.allocate(4L * out.elements(), 4);
        image.begin(slot.address(), out);
        image.loadBytes(MemorySegment.ofArray(ones), 0, in, false);
        image.resize(out.height(), out.width());
        image.finish();
        for (float v : slot.toArray(JAVA_FLOAT)) {
          assertEquals(1f, v, 1e-5f, () -> in + " to " + out + ", seed " + SEED);
        }
      }
    }
  }

  @Test
  void misuseIsToldNotACrash() {
    try (Arena arena = Arena.ofConfined()) {
      var image = new Image();
      var shape = new ImageShape(1, 2, 2);
      MemorySegment slot = arena.allocate(16, 4);
      image.begin(slot.address(), shape);
      assertThrows(IllegalStateException.class, image::finish);
      assertThrows(IllegalStateException.class, () -> image.crop(0, 0, 1, 1, 0));
      assertThrows(RuntimeException.class, () -> image.get(0, 0, 0));
      byte[] four = new byte[4];
      var heap = MemorySegment.ofArray(four);
      assertThrows(IndexOutOfBoundsException.class, () -> image.loadBytes(heap, 1, shape, true));
      assertThrows(IndexOutOfBoundsException.class, () -> image.loadBytes(heap, -1, shape, true));
      assertThrows(IllegalArgumentException.class, () -> image.loadFloats(arena.allocate(15), shape));
      assertThrows(IllegalArgumentException.class, () -> image.loadFloats(MemorySegment.ofArray(new float[4]), shape));
      image.loadBytes(heap, 0, shape, true);
      assertThrows(IndexOutOfBoundsException.class, () -> image.get(1, 0, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> image.set(0, 2, 0, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> image.set(0, 0, -1, 1));
      assertThrows(IllegalArgumentException.class, () -> image.crop(0, 0, 0, 1, 0));
      assertThrows(IllegalArgumentException.class, () -> image.crop(Integer.MIN_VALUE, 0, 1, 1, 0));
      assertThrows(IllegalArgumentException.class, () -> image.resize(-1, 1));
      image.crop(0, 0, 1, 2, 0);
      assertThrows(IllegalStateException.class, image::finish);
    }
  }
}
