package org.chagres.train.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;

final class SamplerTest {

  private static long[] order(Sampler sampler, long epoch) {
    return LongStream.range(0, sampler.size()).map(sampler.indices(epoch)).toArray();
  }

  private static long[] sorted(long[] values) {
    return Arrays.stream(values).sorted().toArray();
  }

  @Test
  void sequential() {
    assertArrayEquals(new long[] {0, 1, 2}, order(new SequentialSampler(3), 9));
    assertThrows(IllegalArgumentException.class, () -> new SequentialSampler(-1));
  }

  @Test
  void randomIsAPermutationThatSeedAndEpochDecide() {
    var sampler = new RandomSampler(1000, 1);
    long[] first = order(sampler, 0);
    assertArrayEquals(LongStream.range(0, 1000).toArray(), sorted(first));
    assertArrayEquals(first, order(new RandomSampler(1000, 1), 0));
    assertFalse(Arrays.equals(first, order(sampler, 1)));
    assertFalse(Arrays.equals(first, order(new RandomSampler(1000, 2), 0)));
    assertThrows(IllegalArgumentException.class, () -> new RandomSampler(1L << 31, 0));
  }

  @Test
  void everyPlaceIsEquallyLikely() {
    int[][] count = new int[5][5];
    var sampler = new RandomSampler(5, 7);
    for (int epoch = 0; epoch < 5000; epoch++) {
      long[] order = order(sampler, epoch);
      for (int i = 0; i < 5; i++) {
        count[i][(int) order[i]]++;
      }
    }
    for (int[] row : count) {
      for (int n : row) {
        assertEquals(1000, n, 150, "five standard deviations");
      }
    }
  }

  @Test
  void withReplacement() {
    var sampler = RandomSampler.withReplacement(4, 8000, 3);
    long[] order = order(sampler, 0);
    for (long i = 0; i < 4; i++) {
      long wanted = i;
      assertEquals(2000, Arrays.stream(order).filter(x -> x == wanted).count(), 200);
    }
    assertArrayEquals(order, order(sampler, 0));
    assertThrows(IllegalArgumentException.class, () -> RandomSampler.withReplacement(0, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> RandomSampler.withReplacement(1, 0, 0));
  }

  @Test
  void subset() {
    var sampler = new SubsetRandomSampler(new long[] {7, 3, 9}, 0);
    assertArrayEquals(new long[] {3, 7, 9}, sorted(order(sampler, 0)));
    assertArrayEquals(order(sampler, 4), order(sampler, 4));
  }

  @Test
  void weighted() {
    double[] weights = {0, 1, 0, 3, 0};
    var sampler = new WeightedRandomSampler(weights, 8000, true, 5);
    long[] order = order(sampler, 0);
    assertEquals(6000, Arrays.stream(order).filter(x -> x == 3).count(), 200);
    assertEquals(2000, Arrays.stream(order).filter(x -> x == 1).count(), 200);
    var without = new WeightedRandomSampler(new double[] {1, 0, 9}, 2, false, 5);
    int threeFirst = 0;
    for (int epoch = 0; epoch < 4000; epoch++) {
      long[] both = order(without, epoch);
      assertArrayEquals(new long[] {0, 2}, sorted(both));
      threeFirst += both[0] == 2 ? 1 : 0;
    }
    assertEquals(3600, threeFirst, 100);
  }

  @Test
  void weightsAreChecked() {
    for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(
          IllegalArgumentException.class, () -> new WeightedRandomSampler(new double[] {1, bad}, 1, true, 0));
    }
    assertThrows(IllegalArgumentException.class, () -> new WeightedRandomSampler(new double[2], 1, true, 0));
    assertThrows(IllegalArgumentException.class, () -> new WeightedRandomSampler(new double[0], 1, true, 0));
    assertThrows(IllegalArgumentException.class, () -> new WeightedRandomSampler(new double[] {1}, 0, true, 0));
    assertThrows(IllegalArgumentException.class, () -> new WeightedRandomSampler(new double[] {1, 0}, 2, false, 0));
  }

  private static Dataset numbers(int from, int to) {
    return CustomDataset.of(
        to - from, SampleSpec.classification(1), i -> Sample.of(new float[] {from + i}, from + i));
  }

  private static long[] targets(Dataset data) {
    var buffer = SampleBuffer.allocate(data.spec());
    return LongStream.range(0, data.size()).map(i -> {
      data.read(i, buffer);
      return buffer.target().get(ValueLayout.JAVA_LONG, 0);
    }).toArray();
  }

  @Test
  void randomSplitCutsIntoDisjointParts() {
    Dataset data = numbers(0, 10);
    List<Subset> parts = Datasets.randomSplit(data, new long[] {7, 0, 3}, 1);
    assertEquals(List.of(7L, 0L, 3L), parts.stream().map(Subset::size).toList());
    long[] all =
        LongStream.concat(Arrays.stream(targets(parts.get(0))), Arrays.stream(targets(parts.get(2)))).toArray();
    assertArrayEquals(LongStream.range(0, 10).toArray(), sorted(all));
    assertArrayEquals(
        parts.get(0).indices(), Datasets.randomSplit(data, new long[] {7, 0, 3}, 1).get(0).indices());
    var e = assertThrows(IllegalArgumentException.class, () -> Datasets.randomSplit(data, new long[] {7, 2}, 1));
    assertTrue(e.getMessage().contains("add up to 9"), e::getMessage);
    assertThrows(IllegalArgumentException.class, () -> Datasets.randomSplit(data, new long[] {11, -1}, 1));
    assertThrows(IllegalArgumentException.class, () -> new Subset(data, 10));
    assertThrows(IllegalArgumentException.class, () -> new Subset(data, -1));
  }

  @Test
  void concatenatedSetsFollowOneAnother() {
    var data = new ConcatDataset(List.of(numbers(0, 0), numbers(0, 3), numbers(3, 3), numbers(3, 4), numbers(4, 4),
        numbers(4, 9), numbers(9, 9)));
    assertArrayEquals(LongStream.range(0, 9).toArray(), targets(data));
    assertThrows(IllegalArgumentException.class, () -> new ConcatDataset(List.of()));
    Dataset other = CustomDataset.of(1, SampleSpec.classification(2), i -> Sample.of(new float[2], 0));
    assertThrows(IllegalArgumentException.class, () -> new ConcatDataset(List.of(numbers(0, 1), other)));
  }

  @Test
  void samplesInMemory() {
    try (Arena arena = Arena.ofConfined()) {
      var inputs = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4);
      var targets = arena.allocateFrom(ValueLayout.JAVA_LONG, 8, 9);
      var data = new SegmentDataset(SampleSpec.classification(2), 2, inputs, targets);
      assertArrayEquals(new long[] {8, 9}, targets(data));
      assertThrows(
          IllegalArgumentException.class, () -> new SegmentDataset(SampleSpec.classification(2), 3, inputs, targets));
      assertThrows(
          IllegalArgumentException.class, () -> new SegmentDataset(SampleSpec.classification(2), -1, inputs, targets));
    }
  }

  @Test
  void rowsOfTensors() {
    Tensor images = Tensor.arange(24).to(DType.F32).reshape(2, 3, 2, 2);
    var data = new TensorDataset(images, Tensor.of(new long[] {5, 6}, 2));
    assertEquals(SampleSpec.classification(3, 2, 2), data.spec());
    assertArrayEquals(new long[] {5, 6}, targets(data));
    try (var loader = DataLoader.of(data).batchSize(2).workers(1).build()) {
      for (Batch batch : loader) {
        assertArrayEquals(images.toFloats(), batch.inputs().toFloats());
        assertTrue(batch.inputs().isChannelsLast());
        assertArrayEquals(new long[] {5, 6}, batch.targets().toLongs());
      }
    }
    var rows = CustomDataset.of(1, SampleSpec.classification(2), i -> Sample.of(Tensor.of(new float[] {1, 2}, 2), 3));
    assertArrayEquals(new long[] {3}, targets(rows));
    var e = assertThrows(IllegalArgumentException.class, () -> new TensorDataset(images, Tensor.zeros(3)));
    assertTrue(e.getMessage().contains("[2, 3, 2, 2] and [3]"), e::getMessage);
    assertThrows(IllegalArgumentException.class, () -> new TensorDataset(Tensor.scalar(1), Tensor.scalar(1)));
  }

  @Test
  void specsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> ArraySpec.f32(3, 0));
    assertThrows(IllegalArgumentException.class, () -> ArraySpec.f32(1 << 16, 1 << 16));
    assertEquals(8, ArraySpec.i64().bytes());
  }
}
