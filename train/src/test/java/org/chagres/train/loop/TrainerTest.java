package org.chagres.train.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Dropout;
import org.chagres.nn.modules.Flatten;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.MaxPool2d;
import org.chagres.nn.modules.Module;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.state.SafetensorsFile;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.parallel.Workers;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.RandomCrop;
import org.chagres.train.data.transform.RandomHorizontalFlip;
import org.chagres.train.optim.AdamW;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.optim.SGD;
import org.chagres.train.schedule.CosineAnnealingLR;
import org.chagres.train.schedule.ReduceLROnPlateau;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The loop's options, each by what it does to weights and figures, and resuming with a network that has everything. */
@Timeout(60)
final class TrainerTest {

  private static final int THREADS = Workers.shared().threads();
  private static final int INPUTS = 3 * Blobs.SIDE * Blobs.SIDE;

  @TempDir private Path temp;

  @AfterEach
  void setThreadsBack() {
    Workers.setShared(THREADS);
  }

  private static Module mlp() {
    Generator.manualSeed(11);
    return new Sequential(new Flatten(), new Linear(INPUTS, 16), new ReLU(), new Linear(16, Blobs.CLASSES));
  }

  private static Module cnn() {
    Generator.manualSeed(12);
    return new Sequential(
        new Conv2d(3, 8, 3).padding(1), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2), new Dropout(0.25),
        new Conv2d(8, 16, 3).padding(1), new BatchNorm2d(16), new ReLU(), new Flatten(), new Dropout(0.5),
        new Linear(16 * 16, Blobs.CLASSES));
  }

  private static DataLoader loader(ImageDataset images, int batch, int workers) {
    return DataLoader.of(images).batchSize(batch).shuffle(true).seed(5).workers(workers).build();
  }

  private static DataLoader test() {
    return DataLoader.of(Blobs.of(40, 2)).batchSize(16).build();
  }

  private static Trainer trainer(Module model, Optimizer optimizer, DataLoader training) {
    return new Trainer(model, optimizer, new CrossEntropyLoss(), training, test(), Blobs.CLASSES);
  }

  private static List<float[]> weights(Module model) {
    return model.stateDict().values().stream().filter(t -> t.dtype().isFloat()).map(Tensor::toFloats).toList();
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** One run of the CNN, replayed where it has three loading threads; with {@code killAt}, ended without a word in the step that has that number. */
  private Map<String, String> cnnRun(Path folder, boolean resume, int killAt, int threads, int workers) {
    Workers.setShared(threads);
    ImageDataset images = Blobs.of(96, 1).transform(new RandomCrop(8).padding(1), new RandomHorizontalFlip(0.5));
    Module model = cnn();
    AdamW optimizer = new AdamW(model.parameters(), 5e-3);
    try (DataLoader training = loader(images, 16, workers)) {
      int[] steps = {0};
      Trainer t = trainer(model, optimizer, training)
          .scheduler(new CosineAnnealingLR(optimizer, 18))
          .checkpoints(folder, Map.of())
          .checkpointEvery(2)
          .replay(workers == 3)
          .display(new Display() {
            @Override
            public void begin(int epoch, int epochs, long batch, long batches) {}

            @Override
            public void step(long batch, double meanLoss, double imagesPerSecond) {
              if (++steps[0] == killAt) {
                throw new Killed();
              }
            }

            @Override
            public void end(EpochResult result) {}
          });
      if (resume) {
        t.resume();
      }
      t.fit(3);
    }
    return bits(Trainer.lastFile(folder));
  }

  private static Map<String, String> bits(Path file) {
    Map<String, String> all = new TreeMap<>();
    SafetensorsFile f = SafetensorsFile.open(file);
    f.entries().forEach(e -> all.put(
        e.name(), Arrays.toString(e.data().toArray(ValueLayout.JAVA_BYTE))));
    f.metadata().forEach((key, v) -> {
      if (!key.equals("crc32c")) {
        all.put("metadata " + key, v);
      }
    });
    return all;
  }

  @Test
  void aCnnWithEverythingResumesToTheSameBits() throws IOException {
    Map<String, String> whole = cnnRun(folder("whole"), false, -1, 2, 1);
    int[][] cases = {{3, 1, 0}, {5, 2, 1}, {9, 3, 3}, {13, 1, 3}};
    for (int[] c : cases) {
      Path folder = folder("killed-" + c[0]);
      assertThrows(Killed.class, () -> cnnRun(folder, false, c[0], 2, 1));
      Map<String, String> resumed = cnnRun(folder, true, -1, c[1], c[2]);
      List<String> different = whole.keySet().stream().filter(k -> !whole.get(k).equals(resumed.get(k))).toList();
      assertEquals(
          List.of(), different, "killed at " + c[0] + ", resumed with " + c[1] + " threads, " + c[2] + " workers");
      assertEquals(whole.keySet(), resumed.keySet());
    }
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectories(temp.resolve(name));
  }

  @Test
  void stopEndsBetweenStepsWithACheckpoint() throws IOException {
    Path folder = folder("stop");
    Module model = mlp();
    try (DataLoader training = loader(Blobs.of(96, 1), 16, 0)) {
      Trainer t = trainer(model, new SGD(model.parameters(), 0.1), training).checkpoints(folder, Map.of());
      t.stop();
      assertEquals(Trainer.End.STOPPED, t.fit(2));
      assertEquals("1", SafetensorsFile.open(Trainer.lastFile(folder)).metadata().get("progress.step"));
    }
  }

  @Test
  void twoAccumulatedBatchesAreOneOfDoubleSize() {
    List<float[]> doubled = accumulated(32, 1, false);
    List<float[]> halves = accumulated(16, 2, false);
    List<float[]> replayed = accumulated(16, 2, true);
    List<float[]> single = accumulated(16, 1, false);
    for (int i = 0; i < doubled.size(); i++) {
      assertArrayEquals(doubled.get(i), halves.get(i), 2e-6f, "tensor " + i);
      assertArrayEquals(halves.get(i), replayed.get(i), "tensor " + i + ", replayed");
    }
    assertFalse(Arrays.equals(doubled.getFirst(), single.getFirst()), "a step for each half is another thing");
  }

  private static List<float[]> accumulated(int batch, int accumulate, boolean replay) {
    Module model = mlp();
    try (DataLoader training = loader(Blobs.of(96, 1), batch, 0)) {
      Trainer t = trainer(model, new SGD(model.parameters(), 0.1).momentum(0.9), training).accumulate(accumulate)
          .replay(replay);
      assertEquals(Trainer.End.DONE, t.fit(4));
    }
    return weights(model);
  }

  @Test
  void whatIsLeftOfAnEpochIsAStepOfItsOwn() throws IOException {
    Path folder = folder("left");
    Module model = mlp();
    try (DataLoader training = loader(Blobs.of(80, 1), 16, 0)) {
      trainer(model, new SGD(model.parameters(), 0.1), training).accumulate(2).checkpoints(folder, Map.of()).fit(1);
    }
    assertEquals("3", SafetensorsFile.open(Trainer.lastFile(folder)).metadata().get("progress.step"));
  }

  @Test
  void itLearns() {
    Module model = mlp();
    List<EpochResult> results = new ArrayList<>();
    try (DataLoader training = loader(Blobs.of(200, 1), 16, 1)) {
      trainer(model, new AdamW(model.parameters(), 5e-3), training).onEpoch(results::add).fit(4);
    }
    assertTrue(results.getLast().validation().accuracy() > 0.9, results.toString());
    assertTrue(results.getLast().trainLoss() < results.getFirst().trainLoss() / 2, results.toString());
  }

  @Test
  void stopsEarlyWhenAccuracyStandsStill() throws IOException {
    Path folder = folder("early");
    Module model = mlp();
    List<EpochResult> results = new ArrayList<>();
    try (DataLoader training = loader(Blobs.of(32, 1), 16, 0)) {
      Trainer t = trainer(model, new SGD(model.parameters(), 0), training).checkpoints(folder, Map.of()).patience(2);
      assertEquals(Trainer.End.EARLY, t.onEpoch(results::add).fit(10));
    }
    assertEquals(3, results.size(), "the first is the best, two are no better");
    // Resumed, it is still early.
    Module again = mlp();
    try (DataLoader training = loader(Blobs.of(32, 1), 16, 0)) {
      Trainer t = trainer(again, new SGD(again.parameters(), 0), training).checkpoints(folder, Map.of()).patience(2);
      assertEquals(2, t.resume().stale());
      assertEquals(Trainer.End.EARLY, t.fit(10));
    }
  }

  @Test
  void aPlateauOfAccuracyLowersTheRate() {
    Module model = mlp();
    // Too low a rate to change any answer.
    SGD optimizer = new SGD(model.parameters(), 1e-12);
    ReduceLROnPlateau plateau = new ReduceLROnPlateau(
        optimizer,
        ReduceLROnPlateau.Options.DEFAULTS.mode(ReduceLROnPlateau.Mode.MAX).factor(0.5).patience(1).eps(0));
    List<EpochResult> results = new ArrayList<>();
    try (DataLoader training = loader(Blobs.of(32, 1), 16, 0)) {
      trainer(model, optimizer, training).scheduler(plateau).onEpoch(results::add).fit(6);
    }
    double[] rates = results.stream().mapToDouble(EpochResult::lr).toArray();
    assertArrayEquals(new double[] {1e-12, 1e-12, 0.5e-12, 0.5e-12, 0.25e-12, 0.25e-12}, rates, 0);
    assertEquals(results.getFirst().validation().accuracy(), plateau.state().get("best"), "by accuracy, not by loss");
  }

  @Test
  void clippedGradientsMoveWeightsNoFurtherThanTheLimit() {
    double free = distance(0);
    double clipped = distance(0.01);
    assertTrue(free > 0.1, "without a limit " + free);
    assertEquals(0.01, clipped, 1e-5);
  }

  /** How far one step of rate 1 goes. */
  private static double distance(double limit) {
    Module model = mlp();
    List<float[]> before = weights(model);
    try (DataLoader training = loader(Blobs.of(16, 1), 16, 0)) {
      trainer(model, new SGD(model.parameters(), 1), training).clipNorm(limit).fit(1);
    }
    List<float[]> after = weights(model);
    double squares = 0;
    for (int t = 0; t < before.size(); t++) {
      for (int i = 0; i < before.get(t).length; i++) {
        squares += Math.pow((double) after.get(t)[i] - before.get(t)[i], 2);
      }
    }
    return Math.sqrt(squares);
  }

  @Test
  void labelSmoothingIsInTheLoss() {
    double plain = firstLoss(0);
    double smoothed = firstLoss(0.2);
    double uniform = firstLoss(1);
    assertEquals(0.8 * plain + 0.2 * uniform, smoothed, 1e-5);
    assertTrue(Math.abs(plain - uniform) > 1e-4, plain + " and " + uniform);
  }

  private static double firstLoss(double smoothing) {
    Module model = mlp();
    double[] loss = {0};
    try (DataLoader training = loader(Blobs.of(32, 1), 16, 0)) {
      new Trainer(
          model, new SGD(model.parameters(), 0), new CrossEntropyLoss().labelSmoothing(smoothing), training, test(),
          Blobs.CLASSES)
          .onEpoch(r -> loss[0] = r.trainLoss())
          .fit(1);
    }
    return loss[0];
  }

  @Test
  void weightsThatBlowUpDoNotReplaceTheCheckpoint() throws IOException {
    Path folder = folder("blown");
    Module model = mlp();
    SGD optimizer = new SGD(model.parameters(), 0.1);
    try (DataLoader training = loader(Blobs.of(96, 1), 16, 0)) {
      Trainer t = trainer(model, optimizer, training).checkpoints(folder, Map.of()).checkpointEvery(1);
      t.onEpoch(r -> optimizer.lr(0, 1e38));
      TrainingException e = assertThrows(TrainingException.class, () -> t.fit(3));
      assertTrue(e.getMessage().contains("step ") && e.getMessage().contains("checkpoint is kept"), e.getMessage());
    }
    SafetensorsFile.open(Trainer.lastFile(folder)).entries().stream()
        .filter(entry -> entry.name().startsWith("model."))
        .forEach(entry -> {
          for (float v : entry.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
            assertTrue(Float.isFinite(v), entry.name() + " holds " + v);
          }
        });
  }
}
