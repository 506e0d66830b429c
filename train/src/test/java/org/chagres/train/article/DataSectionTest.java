package org.chagres.train.article;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.data.Batch;
import org.chagres.train.data.CustomDataset;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.Sample;
import org.chagres.train.data.SampleSpec;
import org.chagres.train.optim.AdamW;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Section 6 of the article, "Data handling with Dataset and DataLoader". */
@Timeout(30)
final class DataSectionTest {

  /** class CustomDataset(Dataset): __init__(data, targets), __len__, __getitem__. */
  private static final class ArrayDataset extends CustomDataset {
    private final float[][] data;
    private final long[] targets;

    ArrayDataset(float[][] data, long[] targets) {
      super(SampleSpec.classification(data[0].length));
      this.data = data;
      this.targets = targets;
    }

    @Override
    public long size() {
      return data.length;
    }

    @Override
    public Sample get(long index) {
      return Sample.of(data[(int) index], targets[(int) index]);
    }
  }

  /** Sample i holds i and the square of i, and has the label i. */
  private static ArrayDataset squares(int n) {
    float[][] data = new float[n][];
    long[] targets = new long[n];
    for (int i = 0; i < n; i++) {
      data[i] = new float[] {i, (float) i * i};
      targets[i] = i;
    }
    return new ArrayDataset(data, targets);
  }

  // return self.data[idx], self.targets[idx]
  @Test
  void customDataset() {
    ArrayDataset dataset = squares(10);
    assertEquals(10, dataset.size());
    assertArrayEquals(new float[] {3, 9}, dataset.get(3).input());
    assertArrayEquals(new long[] {3}, dataset.get(3).classTarget());
  }

  // loader = DataLoader(dataset, batch_size=32, shuffle=True, num_workers=4, pin_memory=True)
  @Test
  void dataLoader() {
    ArrayDataset dataset = squares(100);
    try (DataLoader loader =
        DataLoader.of(dataset).batchSize(32).shuffle(true).workers(4).pinMemory(true).build()) {
      assertEquals(4, loader.batches());
      List<Long> first = epoch(loader);
      List<Long> second = epoch(loader);
      List<Long> all = LongStream.range(0, 100).boxed().toList();
      assertNotEquals(all, first, "shuffled");
      assertNotEquals(first, second, "anew in each epoch");
      assertEquals(all, first.stream().sorted().toList(), "every sample once");
      assertEquals(all, second.stream().sorted().toList());
    }
  }

  private static List<Long> epoch(DataLoader loader) {
    List<Long> seen = new ArrayList<>();
    for (Batch batch : loader) {
      Tensor x = batch.inputs();
      long[] labels = batch.targets().toLongs();
      assertArrayEquals(new int[] {batch.size(), 2}, x.shape());
      for (int i = 0; i < labels.length; i++) {
        assertEquals(labels[i] * labels[i], x.get(i).get(1).item(), "inputs and targets stay together");
        seen.add(labels[i]);
      }
    }
    return seen;
  }

  // the loader's batches go straight into section 8's loop
  @Test
  void loaderFeedsTheTrainingLoop() {
    Generator.manualSeed(1);
    Tensor points = Tensor.randn(64, 2);
    float[] values = points.toFloats();
    CustomDataset dataset = CustomDataset.of(64, SampleSpec.classification(2), i -> {
      float[] x = {values[2 * (int) i], values[2 * (int) i + 1]};
      return Sample.of(x, x[0] + x[1] > 0 ? 1 : 0);
    });
    Linear model = new Linear(2, 2);
    AdamW optimizer = new AdamW(model.parameters(), 0.1);
    CrossEntropyLoss criterion = new CrossEntropyLoss();
    double loss = 0;
    try (DataLoader loader = DataLoader.of(dataset).batchSize(16).shuffle(true).workers(4).build()) {
      for (int epoch = 0; epoch < 10; epoch++) {
        for (Batch batch : loader) {
          try (Scope step = Scope.open()) {
            optimizer.zeroGrad();
            Tensor l = criterion.forward(model.forward(batch.inputs()), batch.targets());
            l.backward();
            optimizer.step();
            loss = l.item();
          }
        }
      }
    }
    assertTrue(loss < 0.3, "loss " + loss);
  }
}
