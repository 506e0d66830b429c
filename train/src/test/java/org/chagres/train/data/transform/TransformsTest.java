package org.chagres.train.data.transform;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.chagres.train.data.Batch;
import org.chagres.train.data.CustomDataset;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.Dataset;
import org.chagres.train.data.Sample;
import org.chagres.train.data.SampleBuffer;
import org.chagres.train.data.SampleSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TransformsTest {

  /** 3×4×4 images; value at (c, y, x) of image i is 16 c + 4 y + x + 1 + i. */
  private static final class Source implements ImageSource {
    @Override
    public long size() {
      return 37;
    }

    @Override
    public ImageShape shape() {
      return new ImageShape(3, 4, 4);
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b");
    }

    @Override
    public long label(long index) {
      return index % 2;
    }

    @Override
    public void load(long index, Image image) {
      byte[] bytes = new byte[48];
      for (int i = 0; i < 48; i++) {
        bytes[i] = (byte) (i + 1 + index);
      }
      image.loadBytes(MemorySegment.ofArray(bytes), 0, shape(), true);
    }
  }

  private static final ImageDataset PLAIN = new ImageDataset(new Source());
  private static final Map<Dataset, SampleBuffer> BUFFERS = new IdentityHashMap<>();

  private static float[] read(Dataset data, long index, long epoch) {
    var buffer = BUFFERS.computeIfAbsent(data, d -> SampleBuffer.allocate(d.spec()));
    buffer.random().seed(0, epoch, index, 0);
    data.read(index, buffer);
    return buffer.input().toArray(JAVA_FLOAT);
  }

  @Test
  void bytesBecomeFloatsChannelsLast() {
    float[] got = read(PLAIN.transform(new ToFloat()), 0, 0);
    assertEquals(1 / 255f, got[0]);
    assertEquals(17 / 255f, got[1]);
    assertEquals(33 / 255f, got[2]);
    assertEquals(2 / 255f, got[3]);
    assertEquals(SampleSpec.classification(3, 4, 4), PLAIN.spec());
    assertEquals(1, PLAIN.label(3));
    assertThrows(IndexOutOfBoundsException.class, () -> PLAIN.label(37));
  }

  @Test
  void normalizeRoundsAsTorchvisionDoes() {
    float[] mean = {0.4914f, 0.4822f, 0.4465f};
    float[] std = {0.2470f, 0.2435f, 0.2616f};
    float[] got = read(PLAIN.transform(new Normalize(mean, std)), 5, 0);
    for (int i = 0; i < got.length; i++) {
      float v = (16 * (i % 3) + i / 3 + 6) / 255f;
      assertEquals((v - mean[i % 3]) / std[i % 3], got[i]);
    }
  }

  @Test
  void aCropIsAWindowOfThePaddedImageEachEquallyOften() {
    ImageDataset data = PLAIN.transform(new RandomCrop(4).padding(1));
    Map<Float, Integer> corners = new HashMap<>();
    for (int epoch = 0; epoch < 9000; epoch++) {
      float[] got = read(data, 0, epoch);
      corners.merge(got[3 * 5] * 255, 1, Integer::sum); // pixel (1, 1): 1 to 11 by where the window lies
    }
    assertEquals(9, corners.size());
    corners.forEach((value, n) -> assertEquals(1000, n, 150, "value " + value));
  }

  @Test
  void aFlipIsAsLikelyAsAsked() {
    ImageDataset data = PLAIN.transform(new RandomHorizontalFlip(0.25));
    float[] plain = read(PLAIN, 0, 0);
    int flips = 0;
    for (int epoch = 0; epoch < 4000; epoch++) {
      float[] got = read(data, 0, epoch);
      if (got[0] != plain[0]) {
        assertEquals(plain[0], got[9]);
        assertEquals(plain[10], got[1]);
        flips++;
      }
    }
    assertEquals(1000, flips, 140);
    assertArrayEquals(plain, read(PLAIN.transform(new RandomHorizontalFlip(0)), 0, 0));
  }

  @Test
  void erasingHitsARectangleOfTheAreaAsked() {
    Dataset big = CustomDataset.of(1, SampleSpec.classification(1, 40, 40), i -> {
      float[] ones = new float[1600];
      Arrays.fill(ones, 1);
      return Sample.of(ones, 0);
    });
    var erasing = new RandomErasing(1).scale(0.1, 0.2).ratio(0.5, 2).value(7);
    var data = new TransformedDataset(big, erasing);
    var areas = new ArrayList<Integer>();
    for (int epoch = 0; epoch < 300; epoch++) {
      float[] got = read(data, 0, epoch);
      int[] box = {40, 40, -1, -1};
      int n = 0;
      for (int i = 0; i < 1600; i++) {
        if (got[i] == 7) {
          n++;
          box[0] = Math.min(box[0], i / 40);
          box[1] = Math.min(box[1], i % 40);
          box[2] = Math.max(box[2], i / 40);
          box[3] = Math.max(box[3], i % 40);
        }
      }
      assertEquals((box[2] - box[0] + 1) * (box[3] - box[1] + 1), n, "a full rectangle");
      areas.add(n);
    }
    assertTrue(areas.stream().allMatch(a -> a > 0.085 * 1600 && a < 0.215 * 1600), areas::toString);
    float[] noisy = read(new TransformedDataset(big, new RandomErasing(1).randomValue()), 0, 1);
    assertTrue(new java.util.HashSet<>(Arrays.asList(box(noisy))).size() > 10);
  }

  private static Float[] box(float[] values) {
    Float[] boxed = new Float[values.length];
    Arrays.setAll(boxed, i -> values[i]);
    return boxed;
  }

  @Test
  void paddingCentres() {
    float[] got = read(PLAIN.padTo(7), 0, 0);
    assertEquals(7 * 7 * 3, got.length);
    assertEquals(0f, got[0]);
    assertEquals(1 / 255f, got[(1 * 7 + 1) * 3]);
    assertEquals(16 / 255f, got[(4 * 7 + 4) * 3]);
  }

  @Test
  void aTransformOfOnesOwnSeesValues() {
    ImageDataset data = PLAIN.transform((image, random) -> image.set(2, 3, 3, -image.get(0, 0, 0)));
    float[] got = read(data, 0, 0);
    assertEquals(-1 / 255f, got[47]);
    assertEquals(2 / 255f, got[3]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void augmentationDoesNotDependOnWorkers(int workers) {
    ImageDataset data =
        PLAIN.transform(
            new RandomCrop(4).padding(2),
            new RandomHorizontalFlip(),
            new Normalize(new float[] {.5f, .5f, .5f}, new float[] {.2f, .3f, .4f}),
            new RandomErasing(0.5));
    List<float[]> expected = epochs(data, 0);
    List<float[]> got = epochs(data, workers);
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), got.get(i));
    }
    assertFalse(Arrays.equals(expected.get(0), expected.get(8)), "the next epoch is another");
    Dataset same = new TransformedDataset(PLAIN, new Compose());
    assertArrayEquals(read(PLAIN, 3, 0), read(same, 3, 0));
  }

  private static List<float[]> epochs(Dataset data, int workers) {
    var all = new ArrayList<float[]>();
    try (var loader = DataLoader.of(data).batchSize(5).workers(workers).build()) {
      for (int e = 0; e < 2; e++) {
        for (Batch batch : loader) {
          all.add(batch.inputSegment().toArray(JAVA_FLOAT));
        }
      }
    }
    return all;
  }

  @Test
  void badOptionsAreRefusedByName() {
    refused("RandomCrop height: expected 1 to 65535, got 0", () -> new RandomCrop(0));
    refused("RandomCrop padding", () -> new RandomCrop(3).padding(-1));
    refused("RandomCrop fill", () -> new RandomCrop(3).fill(Float.NaN));
    refused("RandomCrop size: 5 is larger", () -> PLAIN.transform(new RandomCrop(5)));
    refused("RandomHorizontalFlip p: expected 0 to 1, got 1.5", () -> new RandomHorizontalFlip(1.5));
    refused("RandomHorizontalFlip p", () -> new RandomHorizontalFlip(Double.NaN));
    refused("RandomErasing p", () -> new RandomErasing(-0.1));
    refused("RandomErasing scale", () -> new RandomErasing().scale(0.5, 0.2));
    refused("RandomErasing ratio", () -> new RandomErasing().ratio(0, 1));
    refused("RandomErasing value", () -> new RandomErasing().value(Float.POSITIVE_INFINITY));
    refused("Normalize std", () -> new Normalize(new float[] {0}, new float[] {0}));
    refused("Normalize mean", () -> new Normalize(new float[] {Float.NaN}, new float[] {1}));
    refused("Normalize: expected a mean", () -> new Normalize(new float[2], new float[3]));
    refused("Normalize: has statistics of 1", () -> PLAIN.transform(new Normalize(new float[] {0}, new float[] {1})));
    refused("PadTo: 3 is smaller", () -> PLAIN.padTo(3));
    refused("Resize width", () -> new Resize(4, -4));
    refused("channels: expected", () -> new ImageShape(0, 1, 1));
    refused("exceeds 2 GiB", () -> new ImageShape(1, 65535, 65535));
    Dataset vectors = CustomDataset.of(1, SampleSpec.classification(4), i -> Sample.of(new float[4], 0));
    refused("expected inputs of F32 (C, H, W)", () -> new TransformedDataset(vectors, new ToFloat()));
    refused("buffer: made for samples", () -> PLAIN.read(0, SampleBuffer.allocate(vectors.spec())));
  }

  private static void refused(String message, Executable call) {
    var e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }
}
