package org.chagres.train.data;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaException;
import org.chagres.nn.backend.UploadOps;
import org.chagres.nn.functional.ClassLosses;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Memory;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.memory.OutOfNativeMemoryException;
import org.chagres.train.cuda.Gpu;
import org.chagres.train.data.transform.Image;
import org.chagres.train.data.transform.ImageDataset;
import org.chagres.train.data.transform.ImageShape;
import org.chagres.train.data.transform.ImageSource;
import org.chagres.train.data.transform.Normalize;
import org.chagres.train.data.transform.PadTo;
import org.chagres.train.data.transform.RandomCrop;
import org.chagres.train.data.transform.RandomErasing;
import org.chagres.train.data.transform.RandomHorizontalFlip;
import org.chagres.train.data.transform.Resize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches that go up to a GPU: what they hold, and when a slot may be written again. */
@Timeout(60)
final class LoaderToDeviceTest {

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

  /** Images whose values are their index and draws; the target is the index. Notes where each sample was written. */
  private static final class Numbers implements Dataset {
    final int size;
    final Map<Long, Long> written = new ConcurrentHashMap<>();

    Numbers(int size) {
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public SampleSpec spec() {
      return SampleSpec.classification(3, 2, 5);
    }

    @Override
    public void read(long index, SampleBuffer out) {
      written.put(index, out.inputs().address());
      for (int i = 0; i < 30; i++) {
        out.inputs().set(JAVA_FLOAT, out.inputOffset() + 4 * i, i == 0 ? index : out.random().nextFloat());
      }
      out.target(index);
    }
  }

  private static List<String> epochs(DataLoader loader, Device device, int epochs) {
    List<String> all = new ArrayList<>();
    for (int e = 0; e < epochs; e++) {
      for (Batch batch : loader) {
        assertEquals(device, batch.inputs().device());
        assertEquals(device, batch.targets().device());
        assertTrue(batch.inputs().isChannelsLast());
        all.add(batch + Arrays.toString(batch.inputs().toFloats()) + Arrays.toString(batch.targets().toLongs()));
      }
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "1, 2", "3, 4"})
  void batchesAreTheCpus(int workers, int prefetch) {
    List<String> expected;
    try (var loader = DataLoader.of(new Numbers(53)).batchSize(8).shuffle(true).seed(3).build()) {
      expected = epochs(loader, Device.cpu(), 3);
    }
    var builder = DataLoader.of(new Numbers(53)).batchSize(8).shuffle(true).seed(3).device(gpu.device());
    if (workers > 0) {
      builder.workers(workers).prefetch(prefetch);
    }
    try (var loader = builder.build()) {
      assertEquals(expected, epochs(loader, gpu.device(), 3));
      assertTrue(loader.pinned());
    }
  }

  @Test
  void aStateIsWhereTheLoopIsNotWhereTheCopiesAre() {
    try (var loader = DataLoader.of(new Numbers(40)).batchSize(8).workers(1).device(gpu.device()).build()) {
      var batches = loader.iterator();
      batches.next();
      batches.next();
      assertEquals(2, loader.state().batch());
      batches.close();
      loader.restore(new LoaderState(0, 0, 3));
      assertArrayEquals(new long[] {24, 25, 26, 27, 28, 29, 30, 31}, loader.iterator().next().targets().toLongs());
    }
  }

  /** Uploads whose copies are done when the test says so. */
  private static final class Slow implements UploadOps {
    final UploadOps real;
    final CountDownLatch copied = new CountDownLatch(1);

    Slow(UploadOps real) {
      this.real = real;
    }

    @Override
    public Pinned pin(MemorySegment host) {
      return new Pages(real.pin(host), copied);
    }

    @Override
    public Landing landing(long bytes) {
      Landing place = real.landing(bytes);
      return new Landing() {
        @Override
        public void fill(Pinned from, long count) {
          place.fill(((Pages) from).real, count);
        }

        @Override
        public MemorySegment read() {
          return place.read();
        }

        @Override
        public void release() {
          place.release();
        }

        @Override
        public void close() {
          place.close();
        }
      };
    }
  }

  private record Pages(UploadOps.Pinned real, CountDownLatch copied) implements UploadOps.Pinned {

    @Override
    public boolean isCopied() {
      return copied.getCount() == 0 && real.isCopied();
    }

    @Override
    public void awaitCopied() {
      copied.countDown(); // whoever waits has nothing else to do
      real.awaitCopied();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  @Test
  void aSlotIsWrittenAgainOnlyOnceItIsCopied() throws InterruptedException {
    Numbers numbers = new Numbers(64);
    Slow slow = new Slow(gpu.device().backend().uploads());
    int slots = 4;
    Ring ring = new Ring(new LoaderOptions(
        numbers, new SequentialSampler(64), 0, 4, 1, slots, true, false, gpu.device(), false), Optional.of(slow));
    try {
      Pass pass = new Pass(0, i -> i, 0);
      ring.begin(pass);
      for (long batch = 0; batch < slots; batch++) {
        while (!numbers.written.containsKey(4 * batch + 3)) {
          Thread.sleep(1);
        }
        assertEquals(4 * batch, ring.take(pass).targets().toLongs()[0]);
      }
      Thread.sleep(50);
      assertEquals(4 * slots, numbers.written.size(), "written over what is not copied yet");
      assertEquals(slots, new HashSet<>(numbers.written.values()).size());
      // The loop asks on: now it waits for the first copy, and slots are used again.
      for (long batch = slots; batch < 16; batch++) {
        assertEquals(4 * batch, ring.take(pass).targets().toLongs()[0]);
      }
      assertEquals(0, slow.copied.getCount());
      assertEquals(slots, new HashSet<>(numbers.written.values()).size());
    } finally {
      ring.close(true);
    }
  }

  /** Twelve images of bytes, of three channels or one, plane by plane or not. */
  private record Bytes(ImageShape shape, boolean planar) implements ImageSource {

    @Override
    public long size() {
      return 12;
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b", "c");
    }

    @Override
    public long label(long index) {
      return index % 3;
    }

    @Override
    public void load(long index, Image image) {
      byte[] bytes = new byte[shape.elements()];
      new Random(index).nextBytes(bytes);
      image.loadBytes(MemorySegment.ofArray(bytes), 0, shape, planar);
    }
  }

  private static Normalize normalize(int channels) {
    float[] mean = {0.4f, 0.5f, 0.6f};
    float[] deviation = {0.2f, 0.3f, 0.25f};
    return new Normalize(Arrays.copyOf(mean, channels), Arrays.copyOf(deviation, channels));
  }

  @ParameterizedTest
  @CsvSource({"1, false, 0", "3, true, 2", "3, false, 1"})
  void imagesThatLieThereGiveTheSameBits(int channels, boolean planar, int workers) {
    ImageDataset plain = new ImageDataset(new Bytes(new ImageShape(channels, 7, 9), planar));
    List<ImageDataset> chains = List.of(
        plain, plain.transform(normalize(channels)),
        plain.transform(new RandomCrop(6, 8).padding(2).fill(0.5f), new RandomHorizontalFlip(0.5), normalize(channels)),
        plain.transform(new RandomHorizontalFlip(0.5), new PadTo(12, 12, 0), new RandomCrop(10), normalize(channels)));
    for (ImageDataset chain : chains) {
      for (Dataset data : List.of(chain, new Subset(chain, 3, 11, 0, 7, 7))) {
        List<String> expected;
        try (var loader = DataLoader.of(data).batchSize(4).shuffle(true).seed(3).build()) {
          expected = epochs(loader, Device.cpu(), 2);
        }
        try (var loader = DataLoader.of(data).batchSize(4).shuffle(true).seed(3).workers(workers).device(gpu.device())
            .resident(true).build()) {
          assertEquals(expected, epochs(loader, gpu.device(), 2));
        }
      }
    }
  }

  @Test
  void whatIsNoWindowIsRefused() {
    ImageDataset plain = new ImageDataset(new Bytes(new ImageShape(3, 7, 9), false));
    for (ImageDataset data : List.of(plain.transform(new RandomErasing(1)), plain.transform(new Resize(4, 4)),
        plain.transform(normalize(3), normalize(3)), plain.transform(new RandomCrop(4), new PadTo(6)))) {
      String message = assertThrows(IllegalArgumentException.class,
          () -> DataLoader.of(data).device(gpu.device()).resident(true).build()).getMessage();
      assertTrue(message.startsWith("resident: a transform "), message);
    }
    assertTrue(assertThrows(IllegalArgumentException.class,
        () -> DataLoader.of(new Numbers(4)).device(gpu.device()).resident(true).build()).getMessage()
        .contains("expected a data set of images"));
    assertEquals("DataLoader resident: expected a GPU as device, got cpu", assertThrows(IllegalArgumentException.class,
        () -> DataLoader.of(plain).resident(true).build()).getMessage());
  }

  @Test
  void whatIsRetainedStaysAndTheRestGoesOn() {
    try (var loader = DataLoader.of(new Numbers(40)).batchSize(4).workers(1).device(gpu.device()).build()) {
      List<Batch> kept = new ArrayList<>();
      for (Batch batch : loader) {
        if (batch.index() < 4) {
          kept.add(batch.retain());
        }
      }
      for (Batch batch : kept) {
        assertEquals(4 * batch.index() + 1, batch.targets().toLongs()[1]);
        batch.release();
        assertThrows(IllegalStateException.class, batch::inputs);
      }
    }
  }

  @Test
  void aTensorOfABatchBeforeIsNamed() {
    try (var loader = DataLoader.of(new Numbers(8)).batchSize(4).device(gpu.device()).build()) {
      var batches = loader.iterator();
      Tensor first = batches.next().inputs();
      batches.next();
      String message = assertThrows(IllegalStateException.class, first::toFloats).getMessage();
      assertTrue(message.contains("batch 0 of epoch 0"), message);
    }
  }

  /** Labels are looked at on their way up: no loss reads them back, and a wrong one is told. */
  @Test
  void labelsAreKnownWithoutReadingThemBack() {
    try (var loader = DataLoader.of(new Numbers(12)).batchSize(4).workers(1).device(gpu.device()).build()) {
      long synchronized0 = -1;
      for (Batch batch : loader) {
        try (Scope scope = Scope.open()) {
          Tensor scores = Tensor.full(gpu.device(), org.chagres.simd.shape.DType.F32, 0, 4, 8);
          if (batch.index() < 2) {
            ClassLosses.crossEntropy(scores, batch.targets(), ClassLosses.Options.DEFAULT);
            long now = gpu.fake().calls("cudaStreamSynchronize");
            assertTrue(synchronized0 < 0 || now == synchronized0, "a step waits for the device");
            synchronized0 = now;
          } else {
            String message = assertThrows(IllegalArgumentException.class,
                () -> ClassLosses.crossEntropy(scores, batch.targets(), ClassLosses.Options.DEFAULT)).getMessage();
            assertEquals("target: label 8 at position 0 is not one of the classes 0 to 7", message);
          }
        }
      }
    }
  }

  @Test
  void anEndBeforeTheEndLeavesNothing() {
    try (var loader = DataLoader.of(new Numbers(64)).batchSize(4).workers(2).device(gpu.device()).build()) {
      loader.iterator().next();
      for (Batch batch : loader) {
        if (batch.index() == 3) {
          break;
        }
      }
      assertArrayEquals(new long[] {0, 1, 2, 3}, loader.iterator().next().targets().toLongs());
    } // nothing live: see Gpu.close
  }

  @Test
  void aSampleThatFailsIsTold() {
    Dataset bad = CustomDataset.of(20, SampleSpec.classification(2), i -> {
      if (i == 13) {
        throw new IllegalStateException("no sample 13");
      }
      return Sample.of(new float[] {i, i}, i);
    });
    for (int workers : new int[] {0, 2}) {
      try (var loader = DataLoader.of(bad).batchSize(4).workers(workers).device(gpu.device()).build()) {
        var batches = loader.iterator();
        for (int i = 0; i < 3; i++) {
          assertEquals(4 * i, batches.next().targets().toLongs()[0]);
        }
        assertTrue(assertThrows(DataException.class, batches::next).getMessage().contains("no sample 13"));
        assertEquals(0, loader.iterator().next().targets().toLongs()[0]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cudaMemcpyAsync", "cudaHostRegister", "cudaEventRecord", "cudaStreamWaitEvent",
    "cudaEventCreateWithFlags"})
  void aFailureOfTheDeviceIsTold(String function) {
    gpu.device();
    for (int nth : new int[] {1, 2, 3, 4}) {
      gpu.fake().failCall(function, nth, Cudart.cudaErrorInvalidValue());
      try (var loader = DataLoader.of(new Numbers(200)).batchSize(4).workers(1).device(gpu.device()).build()) {
        // Of events and slots there are few; what fails when a batch goes back is told by nobody.
        boolean told = false;
        for (int epoch = 0; epoch < 3 && !told; epoch++) {
          try {
            loader.forEach(batch -> batch.inputs().square());
          } catch (CudaException e) {
            assertTrue(e.getMessage().contains(function), e.getMessage());
            told = true;
          }
        }
        assertTrue(told || function.equals("cudaEventRecord") || nth > 2, function + " " + nth);
        assertArrayEquals(new long[] {0, 1, 2, 3}, loader.iterator().next().targets().toLongs());
      }
    }
  }

  @Test
  void memoryThatRunsOutIsTold() {
    Memory.limit(gpu.device(), Memory.stats(gpu.device()).reservedBytes() + (1 << 20));
    try (var loader = DataLoader.of(new Numbers(1 << 16)).batchSize(1 << 15).device(gpu.device()).build()) {
      var batches = loader.iterator();
      String message = assertThrows(OutOfNativeMemoryException.class, batches::next).getMessage();
      assertTrue(message.startsWith("out of memory on cuda:0: "), message);
      Memory.limit(gpu.device(), Long.MAX_VALUE);
      assertEquals(0, loader.iterator().next().targets().slice(0, 0, 1).item());
    }
  }

  @Test
  void aDeviceThatIsClosedIsNamed() {
    Device device = gpu.device();
    try (var loader = DataLoader.of(new Numbers(64)).batchSize(4).workers(1).device(device).build()) {
      var batches = loader.iterator();
      batches.next();
      CudaDevice.of(0).close();
      assertEquals("cuda:0 is closed", assertThrows(IllegalStateException.class, batches::next).getMessage());
    }
  }

  @Test
  void aStepThatIsRecordedCannotTakeBatches() {
    try (var loader = DataLoader.of(new Numbers(64)).batchSize(4).device(gpu.device()).build();
        Recorded step = new Recorded(in -> new Tensor[] {in[0].add(loader.iterator().next().inputs().sum())})) {
      Tensor x = Tensor.ones(2).to(gpu.device());
      String message = assertThrows(IllegalStateException.class, () -> step.run(x)).getMessage();
      assertTrue(message.contains("hand the step the batch's tensors"), message);
    }
  }
}
