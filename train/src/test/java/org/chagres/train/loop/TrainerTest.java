package org.chagres.train.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.chagres.train.optim.SGD;
import org.chagres.train.schedule.CosineAnnealingLR;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TrainerTest {

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
    final List<EpochResult> results = new ArrayList<>();

    Run(long seed) {
      Generator.manualSeed(seed);
      model = new Sequential(new Linear(2, 16), new BatchNorm1d(16), new ReLU(), new Dropout(0.2), new Linear(16, 3));
      optimizer = new AdamW(model.parameters(), 0.05);
      trainer = new Trainer(model, optimizer, new CrossEntropyLoss(), training, validation, 3)
          .scheduler(new CosineAnnealingLR(optimizer, EPOCHS * training.batches()))
          .onEpoch(results::add);
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
  void learns() {
    try (Run run = new Run(1)) {
      assertEquals(Trainer.End.DONE, run.trainer.fit(EPOCHS));
      assertEquals(EPOCHS, run.results.size());
      EpochResult last = run.results.getLast();
      assertTrue(last.validation().accuracy() > 0.8, last::toString);
      assertTrue(last.trainLoss() < run.results.getFirst().trainLoss());
      assertEquals(0, last.lr(), 1e-9);
      assertTrue(run.model.isTraining(), "evaluation leaves the mode as it was");
    }
  }

  /** Stopped in mid-epoch by another thread's call, saved, and resumed in a fresh process's state: the same bits. */
  @Test
  void resumesToTheSameBits(@TempDir Path folder) {
    List<float[]> expected;
    List<EpochResult> figures;
    try (Run whole = new Run(1)) {
      whole.trainer.fit(EPOCHS);
      expected = whole.values();
      figures = whole.results;
    }
    try (Run first = new Run(1)) {
      first.trainer.checkpoints(folder, Map.of("lr", "0.01")).display(new Display() {
        private int steps;

        @Override
        public void begin(int epoch, int epochs, long batch, long batches) {}

        @Override
        public void step(long batch, double meanLoss, double imagesPerSecond) {
          if (++steps == 13) {
            first.trainer.stop();
          }
        }

        @Override
        public void end(EpochResult result) {}
      });
      assertEquals(Trainer.End.STOPPED, first.trainer.fit(EPOCHS));
      assertEquals(1, first.results.size());
      assertTrue(Files.exists(Trainer.bestFile(folder)));
    }
    try (Run second = new Run(99)) {
      second.trainer.checkpoints(folder, Map.of());
      assertEquals(13, second.trainer.resume().step());
      assertEquals(Trainer.End.DONE, second.trainer.fit(EPOCHS));
      List<float[]> values = second.values();
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), values.get(i), "state " + i);
      }
      assertEquals(figures.get(1).trainLoss(), second.results.get(0).trainLoss());
      assertEquals(figures.get(2).validation().loss(), second.results.get(1).validation().loss());
    }
  }

  @Test
  void notANumberEndsTheRun() {
    try (Run run = new Run(1)) {
      run.model.parameters().get(0).detach().fill(Double.NaN);
      TrainingException e = assertThrows(TrainingException.class, () -> run.trainer.fit(1));
      assertTrue(e.getMessage().contains("loss is NaN at step 1 (epoch 1, batch 1, learning rate"), e.getMessage());
    }
  }

  /** Two batches of four, added up, step as one of eight does. */
  @Test
  void accumulatedBatches() {
    float[][] weights = new float[2][];
    for (int i = 0; i < 2; i++) {
      Generator.manualSeed(3);
      Linear model = new Linear(2, 3);
      CustomDataset data = clouds();
      try (DataLoader loader = DataLoader.of(data).batchSize(i == 0 ? 10 : 5).build();
          DataLoader validation = DataLoader.of(data).batchSize(35).build()) {
        Trainer trainer = new Trainer(
            model, new SGD(model.parameters(), 0.05), new CrossEntropyLoss(), loader, validation, 3);
        trainer.accumulate(i + 1).fit(2);
      }
      weights[i] = model.weight().toFloats();
    }
    assertArrayEquals(weights[0], weights[1], 1e-5f);
  }

  @Test
  void stopsEarly() {
    try (Run run = new Run(1)) {
      // Without steps only the running statistics settle, and with them the accuracy.
      Trainer still = new Trainer(
          run.model, new SGD(run.model.parameters(), 0), new CrossEntropyLoss(), run.training, run.validation, 3);
      List<EpochResult> seen = new ArrayList<>();
      assertEquals(Trainer.End.EARLY, still.patience(2).onEpoch(seen::add).fit(50));
      assertTrue(seen.size() < 50);
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
