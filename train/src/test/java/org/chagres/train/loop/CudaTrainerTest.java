package org.chagres.train.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaException;
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
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Generator;
import org.chagres.simd.memory.OutOfNativeMemoryException;
import org.chagres.train.cuda.Gpu;
import org.chagres.train.data.DataLoader;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.RandomCrop;
import org.chagres.train.data.transform.RandomHorizontalFlip;
import org.chagres.train.optim.AdamW;
import org.chagres.train.schedule.CosineAnnealingLR;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The training loop on a GPU: the CPU's figures, replayed and resumed to the same bits, and what a failure leaves. */
@Timeout(240)
final class CudaTrainerTest {

  private static final int EPOCHS = 2;
  private static final double CLOSE = 2e-3;

  @TempDir private Path temp;

  private Gpu gpu;

  @BeforeEach
  void open() {
    gpu = Gpu.open();
  }

  @AfterEach
  void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** How a run differs from the usual one. */
  private record Options(Device device, boolean replay, boolean resume, int killAt, double clip) {

    static Options on(Device device) {
      return new Options(device, false, false, -1, 0);
    }

    Options replayed() {
      return new Options(device, true, resume, killAt, clip);
    }

    Options resumed() {
      return new Options(device, replay, true, -1, clip);
    }

    Options killed(int at) {
      return new Options(device, replay, resume, at, clip);
    }

    Options clipped(double norm) {
      return new Options(device, replay, resume, killAt, norm);
    }
  }

  private static Module cnn() {
    Generator.manualSeed(12);
    return new Sequential(
        new Conv2d(3, 6, 3).padding(1), new BatchNorm2d(6), new ReLU(), new MaxPool2d(2), new Dropout(0.1),
        new Flatten(), new Linear(6 * 16, Blobs.CLASSES));
  }

  /** Trains some epochs with checkpoints in a folder; what each epoch came to. */
  private List<EpochResult> run(Path folder, Options o) throws IOException {
    Files.createDirectories(folder);
    ImageDataset images = Blobs.of(80, 1).transform(new RandomCrop(8).padding(1), new RandomHorizontalFlip(0.5));
    Module model = cnn().to(o.device);
    AdamW optimizer = new AdamW(model.parameters(), 1e-2);
    List<EpochResult> epochs = new ArrayList<>();
    int[] steps = {0};
    try (DataLoader training =
        DataLoader.of(images).batchSize(16).shuffle(true).seed(5).workers(1).device(o.device).build();
        DataLoader validation = DataLoader.of(Blobs.of(40, 2)).batchSize(16).device(o.device).build()) {
      Trainer t = new Trainer(model, optimizer, new CrossEntropyLoss(), training, validation, Blobs.CLASSES)
          .scheduler(new CosineAnnealingLR(optimizer, 5 * EPOCHS))
          .checkpoints(folder, Map.of())
          .checkpointEvery(2)
          .clipNorm(o.clip)
          .replay(o.replay)
          .onEpoch(epochs::add)
          .display(new Display() {
            @Override
            public void begin(int epoch, int all, long batch, long batches) {}

            @Override
            public void step(long batch, double meanLoss, double imagesPerSecond) {
              if (++steps[0] == o.killAt) {
                throw new Killed();
              }
            }

            @Override
            public void end(EpochResult result) {}
          });
      if (o.resume) {
        t.resume();
      }
      assertEquals(Trainer.End.DONE, t.fit(EPOCHS));
    }
    return epochs;
  }

  private static Map<String, String> bits(Path folder) {
    Map<String, String> all = new TreeMap<>();
    SafetensorsFile f = SafetensorsFile.open(Trainer.lastFile(folder));
    f.entries().forEach(e -> all.put(e.name(), Arrays.toString(e.data().toArray(ValueLayout.JAVA_BYTE))));
    f.metadata().forEach((key, v) -> {
      if (!key.equals("crc32c")) {
        all.put("metadata " + key, v);
      }
    });
    return all;
  }

  private static void assertSame(Map<String, String> expected, Map<String, String> actual) {
    assertEquals(expected.keySet(), actual.keySet());
    assertEquals(List.of(), expected.keySet().stream().filter(k -> !expected.get(k).equals(actual.get(k))).toList());
  }

  @Test
  void lossesAndAccuracyAreTheCpus() throws IOException {
    List<EpochResult> here = run(temp.resolve("cpu"), Options.on(Device.cpu()));
    List<EpochResult> there = run(temp.resolve("cuda"), Options.on(gpu.device()));
    assertTrue(here.getLast().trainLoss() < 0.9 * here.getFirst().trainLoss(), "it learns nothing");
    for (int e = 0; e < EPOCHS; e++) {
      assertEquals(here.get(e).trainLoss(), there.get(e).trainLoss(), CLOSE);
      assertEquals(here.get(e).validation().loss(), there.get(e).validation().loss(), CLOSE);
      assertEquals(here.get(e).validation().accuracy(), there.get(e).validation().accuracy(), 0.026); // one of 40
    }
  }

  @Test
  void replayedResumedAndBothGiveTheSameBits() throws IOException {
    Options eager = Options.on(gpu.device());
    run(temp.resolve("eager"), eager);
    Map<String, String> whole = bits(temp.resolve("eager"));
    run(temp.resolve("replayed"), eager.replayed());
    assertSame(whole, bits(temp.resolve("replayed")));
    for (int at : new int[] {3, 6, 9}) {
      Path folder = temp.resolve("killed-" + at);
      assertThrows(Killed.class, () -> run(folder, eager.killed(at)));
      run(folder, at == 6 ? eager.resumed().replayed() : eager.resumed());
      assertSame(whole, bits(folder));
    }
  }

  @Test
  void clippingGivesTheSameBitsReplayed() throws IOException {
    Options clipped = Options.on(gpu.device()).clipped(0.5);
    run(temp.resolve("eager"), clipped);
    run(temp.resolve("replayed"), clipped.replayed());
    assertSame(bits(temp.resolve("eager")), bits(temp.resolve("replayed")));
  }

  /** A run begun on the CPU goes on on a GPU, and back. */
  @Test
  void aRunMovesBetweenDevices() throws IOException {
    Path folder = temp.resolve("moving");
    assertThrows(Killed.class, () -> run(folder, Options.on(Device.cpu()).killed(5)));
    List<EpochResult> moved = run(folder, Options.on(gpu.device()).resumed());
    List<EpochResult> stayed = run(temp.resolve("cpu"), Options.on(Device.cpu()));
    assertEquals(stayed.getLast().trainLoss(), moved.getLast().trainLoss(), CLOSE);
  }

  /** Between two readings of losses a step waits for nothing. */
  @Test
  void stepsDoNotWaitForTheDevice() throws IOException {
    List<Long> waits = new ArrayList<>();
    Module model = cnn().to(gpu.device());
    AdamW optimizer = new AdamW(model.parameters(), 1e-2);
    try (DataLoader training = DataLoader.of(Blobs.of(80, 1)).batchSize(8).workers(1).device(gpu.device()).build();
        DataLoader validation = DataLoader.of(Blobs.of(8, 2)).batchSize(8).device(gpu.device()).build()) {
      new Trainer(model, optimizer, new CrossEntropyLoss(), training, validation, Blobs.CLASSES)
          .replay(true)
          .display(new Display() {
            @Override
            public void begin(int epoch, int all, long batch, long batches) {}

            @Override
            public void step(long batch, double meanLoss, double imagesPerSecond) {
              waits.add(gpu.fake().calls("cudaStreamSynchronize"));
            }

            @Override
            public void end(EpochResult result) {}
          }).fit(2);
    }
    assertEquals(waits.get(11), waits.get(18), waits.toString()); // of the second epoch, without its first and last
  }

  @Test
  void aFailureInTheMiddleOfAnEpochIsToldAndLeavesNothing() throws IOException {
    Path folder = temp.resolve("failing");
    Map<String, Integer> calls = Map.of("cudaLaunchKernel", 60, "cudaMemcpyAsync", 30, "cudnnBackendExecute", 5);
    for (String function : calls.keySet()) {
      for (boolean replay : new boolean[] {false, true}) {
        Options o = Options.on(gpu.device());
        gpu.fake().failCall(function, calls.get(function), Cudart.cudaErrorInvalidValue());
        RuntimeException e =
            assertThrows(RuntimeException.class, () -> run(folder, replay ? o.replayed() : o), function);
        assertTrue(e.getMessage().contains(function), e.toString());
      }
    }
    run(folder, Options.on(gpu.device())); // the device goes on
  }

  /** The pool and what is above it ask again, each after giving back what they can; then all of it is told. */
  @Test
  void runningOutOfMemoryInTrainingIsToldAndLeavesNothing() throws IOException {
    Device device = gpu.device();
    int[] failing = {2, 10, 20};
    for (int n : failing) {
      long before = gpu.fake().calls("cudaMallocAsync");
      for (int i = 0; i < 16; i++) {
        gpu.fake().oomAtAllocation(n + i);
      }
      var e = assertThrows(
          OutOfNativeMemoryException.class, () -> run(temp.resolve("poor"), Options.on(device)), "at " + n);
      assertTrue(e.getMessage().startsWith("out of memory on cuda:0"), e.getMessage());
      assertTrue(gpu.fake().calls("cudaMallocAsync") >= before + n, "at " + n);
    }
    run(temp.resolve("rich"), Options.on(device)); // the device goes on
  }

  @Test
  void aLossThatIsNoNumberIsToldLaterWithItsStep() throws IOException {
    Module model = cnn();
    model.parameters().getFirst().detach().fill(Double.NaN);
    model.to(gpu.device());
    AdamW optimizer = new AdamW(model.parameters(), 1e-2);
    try (DataLoader training = DataLoader.of(Blobs.of(80, 1)).batchSize(8).device(gpu.device()).build()) {
      String message = assertThrows(TrainingException.class,
          () -> new Trainer(model, optimizer, new CrossEntropyLoss(), training, training, Blobs.CLASSES).fit(1))
          .getMessage();
      assertTrue(message.startsWith("loss is NaN at step 1 (epoch 1, batch 1,"), message);
    }
  }

  /** What breaks a device for good is told, and the process goes on. */
  @Test
  void aDeviceThatBreaksIsTold() {
    gpu.fake().failCall("cudaLaunchKernel", 90, Cudart.cudaErrorIllegalAddress());
    Gpu broken = gpu;
    gpu = null;
    CudaException e =
        assertThrows(CudaException.class, () -> run(temp.resolve("broken"), Options.on(broken.device())));
    assertTrue(e.getMessage().contains("cudaErrorIllegalAddress"), e.getMessage());
    assertThrows(RuntimeException.class, () -> org.chagres.gpu.CudaDevice.of(0).close());
    broken.fake().close();
  }
}
