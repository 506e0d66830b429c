package org.chagres.train.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.BatchNorm1d;
import org.chagres.nn.modules.Dropout;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.data.CustomDataset;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.Sample;
import org.chagres.train.data.SampleSpec;
import org.chagres.train.optim.AdamW;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.schedule.CosineAnnealingLR;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TrainerOptionsTest {

  private static final int SAMPLES = 70;
  private static final int EPOCHS = 6;

  /** Three clouds of points. */
  private static CustomDataset clouds() {
    float[] noise = new Generator(4).normal(0, 1, 2 * SAMPLES).toFloats();
    return CustomDataset.of(SAMPLES, SampleSpec.classification(2), i -> {
      int c = (int) i % 3;
      float[] x = {noise[2 * (int) i] + 3 * c, noise[2 * (int) i + 1] - 2 * c};
      return Sample.of(x, c);
    });
  }

  /** One run, with everything that has a state: dropout, running statistics, moments, a schedule, a shuffled order. */
  private static final class Run implements AutoCloseable {
    final Sequential model;
    final Optimizer optimizer;
    final DataLoader training = DataLoader.of(clouds()).batchSize(8).shuffle(true).workers(2).seed(6).build();
    final DataLoader validation = DataLoader.of(clouds()).batchSize(32).build();
    final Trainer trainer;

    Run(long seed) {
      Generator.manualSeed(seed);
      model = new Sequential(new Linear(2, 16), new BatchNorm1d(16), new ReLU(), new Dropout(0.2), new Linear(16, 3));
      optimizer = new AdamW(model.parameters(), 0.05);
      trainer = new Trainer(model, optimizer, new CrossEntropyLoss(), training, validation, 3)
          .scheduler(new CosineAnnealingLR(optimizer, EPOCHS * training.batches()));
    }

    List<float[]> values() {
      return model.stateDict().values().stream().map(Tensor::toFloats).toList();
    }

    @Override
    public void close() {
      training.close();
      validation.close();
    }
  }

  @Test
  void options() {
    try (Run run = new Run(1)) {
      assertThrows(IllegalArgumentException.class, () -> run.trainer.accumulate(0));
      assertThrows(IllegalArgumentException.class, () -> run.trainer.clipNorm(-1));
      assertThrows(IllegalArgumentException.class, () -> run.trainer.patience(-1));
      assertThrows(IllegalArgumentException.class, () -> run.trainer.checkpointEvery(-1));
      assertThrows(IllegalStateException.class, run.trainer::resume);
    }
  }

  /** An evaluation changes nothing, and weighs samples alike though its last batch is short. */
  @Test
  void evaluation() {
    try (Run run = new Run(1)) {
      List<float[]> before = run.values();
      Generator.State state = Generator.standard().get();
      Evaluation a = Evaluation.of(run.model, new CrossEntropyLoss(), run.validation, 3);
      try (DataLoader one = DataLoader.of(clouds()).batchSize(SAMPLES).build()) {
        Evaluation b = Evaluation.of(run.model, new CrossEntropyLoss(), one, 3);
        assertEquals(b.loss(), a.loss(), 1e-6);
        assertEquals(b.accuracy(), a.accuracy());
      }
      assertEquals(1, a.topFive(), "three classes are all among the best five");
      assertEquals(state, Generator.standard().get());
      for (int i = 0; i < before.size(); i++) {
        assertArrayEquals(before.get(i), run.values().get(i));
      }
      assertFalse(run.model.parameters().get(0).hasGrad());
    }
  }
}
