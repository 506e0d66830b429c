package org.chagres.train.data;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class DataLoaderTest {

  /** Input: index, a random draw; target: index. */
  private static final class Numbers implements Dataset {
    final long size;
    final AtomicLong reads = new AtomicLong();

    Numbers(long size) {
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public SampleSpec spec() {
      return SampleSpec.classification(2);
    }

    @Override
    public void read(long index, SampleBuffer out) {
      reads.incrementAndGet();
      out.inputs().set(JAVA_FLOAT, out.inputOffset(), index);
      out.inputs().set(JAVA_FLOAT, out.inputOffset() + 4, out.random().nextFloat());
      out.target(index);
    }
  }

  private static String read(Batch batch) {
    return batch.epoch() + "/" + batch.index() + ":"
        + java.util.Arrays.toString(batch.inputSegment().toArray(JAVA_FLOAT))
        + java.util.Arrays.toString(batch.targetSegment().toArray(JAVA_LONG));
  }

  private static List<String> epochs(DataLoader loader, int epochs) {
    var seen = new ArrayList<String>();
    for (int e = 0; e < epochs; e++) {
      for (Batch batch : loader) {
        seen.add(read(batch));
      }
    }
    return seen;
  }

  @Test
  void batchesComeInTheOrderOfTheSampler() {
    try (var loader = DataLoader.of(new Numbers(10)).batchSize(4).workers(2).build()) {
      assertEquals(3, loader.batches());
      long next = 0;
      for (Batch batch : loader) {
        assertEquals(next == 8 ? 2 : 4, batch.size());
        assertEquals(8L * batch.size(), batch.inputSegment().byteSize());
        for (long target : batch.targetSegment().toArray(JAVA_LONG)) {
          assertEquals(next++, target);
        }
        assertEquals(0, batch.inputSegment().address() % 4096);
        assertEquals(0, batch.targetSegment().address() % 4096);
      }
      assertEquals(10, next);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void anyNumberOfWorkersGivesTheSameBatches(int workers) {
    List<String> expected;
    try (var loader = DataLoader.of(new Numbers(103)).batchSize(8).shuffle(true).seed(5).build()) {
      expected = epochs(loader, 3);
    }
    assertEquals(39, new HashSet<>(expected).size());
    try (var loader =
        DataLoader.of(new Numbers(103)).batchSize(8).shuffle(true).seed(5).workers(workers).prefetch(3).build()) {
      assertEquals(expected, epochs(loader, 3));
    }
    try (var loader = DataLoader.of(new Numbers(103)).batchSize(8).shuffle(true).seed(6).workers(workers).build()) {
      assertNotEquals(expected, epochs(loader, 3));
    }
  }

  @Test
  void dropLastLeavesOutWhatIsNotFull() {
    try (var loader = DataLoader.of(new Numbers(10)).batchSize(4).dropLast(true).build()) {
      assertEquals(2, loader.batches());
      assertEquals(2, epochs(loader, 1).size());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void aLoopLeftEarlyDoesNotDisturbTheNext(int workers) {
    try (var loader = DataLoader.of(new Numbers(64)).batchSize(4).shuffle(true).workers(workers).build();
        var whole = DataLoader.of(new Numbers(64)).batchSize(4).shuffle(true).build()) {
      List<String> expected = epochs(whole, 51);
      for (int epoch = 0; epoch < 50; epoch++) {
        int n = 0;
        for (Batch batch : loader) {
          assertEquals(expected.get(epoch * 16 + n), read(batch));
          if (++n > epoch % 7) {
            break;
          }
        }
      }
      assertEquals(expected.subList(50 * 16, 51 * 16), epochs(loader, 1));
    }
  }

  @Test
  void aNewIteratorEndsTheOldOne() {
    try (var loader = DataLoader.of(new Numbers(64)).batchSize(4).workers(1).build()) {
      BatchIterator old = loader.iterator();
      Batch batch = old.next();
      BatchIterator next = loader.iterator();
      assertThrows(IllegalStateException.class, old::next);
      assertThrows(IllegalStateException.class, batch::inputSegment);
      old.close();
      assertEquals(1, next.next().epoch());
    }
  }

  @Test
  void theIteratorSaysWhenThereIsNoMore() {
    try (var loader = DataLoader.of(new Numbers(3)).batchSize(4).build();
        BatchIterator batches = loader.iterator()) {
      batches.next();
      assertFalse(batches.hasNext());
      assertThrows(NoSuchElementException.class, batches::next);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aFailureNamesTheFirstSampleThatFailed(int workers) {
    var cause = new IllegalStateException("no such picture");
    Dataset broken = CustomDataset.of(40, SampleSpec.classification(1), i -> {
      if (i >= 21) {
        throw cause;
      }
      return Sample.of(new float[] {i}, i);
    });
    try (var loader = DataLoader.of(broken).batchSize(10).workers(workers).build()) {
      for (int epoch = 0; epoch < 5; epoch++) {
        BatchIterator batches = loader.iterator();
        batches.next();
        batches.next();
        var e = assertThrows(DataException.class, batches::next);
        assertEquals("sample 21 (batch 2 of epoch " + epoch + "): no such picture", e.getMessage());
        assertSame(cause, e.getCause());
        assertThrows(IllegalStateException.class, batches::next);
      }
    }
  }

  @Test
  void errorsOfTheVirtualMachineReachTheLoopToo() {
    Dataset deep = CustomDataset.of(4, SampleSpec.classification(1), i -> {
      throw new StackOverflowError("deep");
    });
    try (var loader = DataLoader.of(deep).batchSize(2).workers(1).build()) {
      var e = assertThrows(DataException.class, () -> loader.iterator().next());
      assertTrue(e.getCause() instanceof StackOverflowError, e::toString);
    }
  }

  @Test
  void aSamplerThatLeavesTheDataSetIsTold() {
    var sampler = new SequentialSampler(6);
    try (var loader = DataLoader.of(new Numbers(4)).batchSize(3).sampler(sampler).workers(1).build()) {
      BatchIterator batches = loader.iterator();
      batches.next();
      var e = assertThrows(DataException.class, batches::next);
      assertTrue(e.getMessage().contains("index 4") && e.getMessage().contains("4 samples"), e::getMessage);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aRetainedBatchStays(int workers) {
    try (var loader = DataLoader.of(new Numbers(64)).batchSize(4).workers(workers).build()) {
      var kept = new ArrayList<Batch>();
      var contents = new ArrayList<String>();
      for (Batch batch : loader) {
        kept.add(batch.retain());
        contents.add(read(batch));
      }
      var addresses = new HashSet<Long>();
      for (int i = 0; i < kept.size(); i++) {
        assertEquals(contents.get(i), read(kept.get(i)));
        addresses.add(kept.get(i).inputSegment().address());
      }
      assertEquals(16, addresses.size());
      for (Batch batch : kept) {
        batch.retain();
        batch.release();
        batch.release();
        assertThrows(IllegalStateException.class, batch::inputSegment);
        assertThrows(IllegalStateException.class, batch::release);
      }
      for (Batch batch : loader) {
        batch.retain().release();
        assertEquals(4, batch.size());
        batch.inputSegment();
      }
    }
  }

  @Test
  void aBatchIsValidUntilTheNext() {
    try (var loader = DataLoader.of(new Numbers(64)).batchSize(4).workers(1).build()) {
      BatchIterator batches = loader.iterator();
      Batch first = batches.next();
      assertTrue(batches.hasNext());
      first.inputSegment();
      batches.next();
      var e = assertThrows(IllegalStateException.class, first::inputSegment);
      assertTrue(e.getMessage().contains("batch 0 of epoch 0"), e::getMessage);
      assertThrows(IllegalStateException.class, first::retain);
    }
  }

  @Test
  void theRingHasAsManySlotsAsAsked() {
    var addresses = new HashSet<Long>();
    try (var loader = DataLoader.of(new Numbers(400)).batchSize(4).workers(2).prefetch(3).build()) {
      for (int epoch = 0; epoch < 3; epoch++) {
        for (Batch batch : loader) {
          addresses.add(batch.inputSegment().address());
        }
      }
    }
    assertEquals(4, addresses.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aRunGoesOnInMidEpoch(int workers) {
    List<String> expected;
    try (var loader = DataLoader.of(new Numbers(50)).batchSize(4).shuffle(true).seed(3).build()) {
      expected = epochs(loader, 3);
    }
    LoaderState state = null;
    try (var loader = DataLoader.of(new Numbers(50)).batchSize(4).shuffle(true).seed(3).workers(workers).build()) {
      assertEquals(new LoaderState(3, 0, 0), loader.state());
      epochs(loader, 1);
      assertEquals(new LoaderState(3, 1, 0), loader.state());
      int n = 0;
      for (Batch batch : loader) {
        assertEquals(expected.get(13 + n), read(batch));
        if (++n == 5) {
          state = loader.state();
          break;
        }
      }
    }
    assertEquals(new LoaderState(3, 1, 5), state);
    var data = new Numbers(50);
    try (var loader = DataLoader.of(data).batchSize(4).shuffle(true).seed(3).workers(workers).build()) {
      loader.restore(state);
      assertEquals(state, loader.state());
      assertEquals(expected.subList(18, 39), epochs(loader, 2));
      assertEquals(50 - 20 + 50, data.reads.get(), "what was skipped is not decoded");
    }
    try (var loader = DataLoader.of(data).batchSize(4).seed(4).build()) {
      LoaderState other = state;
      assertThrows(IllegalArgumentException.class, () -> loader.restore(other));
    }
  }

  @Test
  void theStateAfterTheLastBatchIsTheNextEpoch() {
    try (var loader = DataLoader.of(new Numbers(4)).batchSize(4).build()) {
      for (Batch batch : loader) {
        assertEquals(0, batch.epoch());
        assertEquals(new LoaderState(0, 1, 0), loader.state());
      }
      loader.setEpoch(7);
      assertEquals(7, loader.iterator().next().epoch());
    }
  }

  @Test
  void closingEndsTheWorkers() {
    var loader = DataLoader.of(new Numbers(64)).batchSize(4).workers(3).build();
    assertEquals(0, loader.liveWorkers());
    BatchIterator batches = loader.iterator();
    Batch batch = batches.next();
    assertEquals(3, loader.liveWorkers());
    loader.close();
    loader.close();
    assertEquals(0, loader.liveWorkers());
    assertThrows(IllegalStateException.class, batches::next);
    assertThrows(IllegalStateException.class, batch::targetSegment);
    assertThrows(IllegalStateException.class, loader::iterator);
  }

  @Test
  void closingWakesALoopThatWaits() throws Exception {
    var latch = new CountDownLatch(1);
    Dataset slow = CustomDataset.of(4, SampleSpec.classification(1), i -> {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return Sample.of(new float[1], 0);
    });
    var loader = DataLoader.of(slow).workers(1).build();
    BatchIterator batches = loader.iterator();
    var closer = Thread.startVirtualThread(loader::close);
    assertThrows(IllegalStateException.class, batches::next);
    latch.countDown();
    assertTrue(closer.join(Duration.ofSeconds(10)));
    assertEquals(0, loader.liveWorkers());
  }

  @Test
  void interruptingTheLoopIsHeard() {
    var latch = new CountDownLatch(1);
    Dataset slow = CustomDataset.of(4, SampleSpec.classification(1), i -> {
      try {
        latch.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return Sample.of(new float[] {i}, i);
    });
    try (var loader = DataLoader.of(slow).workers(1).build()) {
      BatchIterator batches = loader.iterator();
      Thread.currentThread().interrupt();
      assertThrows(DataException.class, batches::next);
      assertTrue(Thread.interrupted());
      latch.countDown();
      assertEquals(0f, batches.next().inputSegment().get(JAVA_FLOAT, 0));
    }
  }

  @Test
  void aLoaderNobodyHoldsEndsItsWorkers() throws Exception {
    var threads = ConcurrentHashMap.<Thread>newKeySet();
    Dataset data = CustomDataset.of(64, SampleSpec.classification(1), i -> {
      threads.add(Thread.currentThread());
      return Sample.of(new float[1], 0);
    });
    leave(data);
    assertEquals(1, threads.size());
    for (int i = 0; i < 40 && threads.iterator().next().isAlive(); i++) {
      System.gc();
      Thread.sleep(50);
    }
    assertFalse(threads.iterator().next().isAlive());
  }

  private static void leave(Dataset data) {
    for (Batch batch : DataLoader.of(data).workers(1).build()) {
      if (batch.index() == 3) {
        break;
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aBatchMakesNextToNoGarbage(int workers) {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (var loader = DataLoader.of(new Numbers(128 * 400)).batchSize(128).workers(workers).build()) {
      epochs(loader, 0);
      long seen = 0;
      BatchIterator batches = loader.iterator();
      for (int i = 0; i < 100; i++) {
        seen += batches.next().size();
      }
      long before = bean.getTotalThreadAllocatedBytes();
      for (int i = 0; i < 300; i++) {
        seen += batches.next().size();
      }
      long perBatch = (bean.getTotalThreadAllocatedBytes() - before) / 300;
      assertEquals(128 * 400, seen);
      assertTrue(perBatch < 4096, () -> perBatch + " bytes a batch");
    }
  }

  @Test
  void pinningIsTriedAndReported() {
    try (var loader = DataLoader.of(new Numbers(64)).batchSize(4).workers(1).pinMemory(true).build();
        var plain = DataLoader.of(new Numbers(64)).batchSize(4).build()) {
      assertEquals(16, epochs(loader, 1).size());
      epochs(plain, 1);
      loader.pinned(); // true or false, as the system permits
      assertFalse(plain.pinned());
    }
  }

  @Test
  void badOptionsAreRefusedByName() {
    Dataset ten = new Numbers(10);
    refused("batchSize: expected at least 1, got 0", () -> DataLoader.of(ten).batchSize(0));
    refused("workers: expected at least 0, got -1", () -> DataLoader.of(ten).workers(-1));
    refused("prefetch: expected at least 1, got 0", () -> DataLoader.of(ten).prefetch(0));
    refused("prefetch: expected workers(1)", () -> DataLoader.of(ten).prefetch(2).build());
    refused("dataset: it is empty", () -> DataLoader.of(new Numbers(0)).build());
    refused("batchSize: 11 with dropLast", () -> DataLoader.of(ten).batchSize(11).dropLast(true).build());
    refused("shuffle: expected false",
        () -> DataLoader.of(ten).shuffle(true).sampler(new SequentialSampler(10)).build());
    refused("sampler: it draws no sample", () -> DataLoader.of(ten).sampler(new SequentialSampler(0)).build());
    refused("batchSize: 1 makes", () -> DataLoader.of(new Numbers(1L << 40)).build());
    try (var loader = DataLoader.of(ten).build()) {
      refused("epoch: expected 0", () -> loader.setEpoch(-1));
      refused("startAt: expected 0 to 9, got 10", () -> loader.startAt(10));
    }
  }

  private static void refused(String message, org.junit.jupiter.api.function.Executable call) {
    var e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(message), e::getMessage);
  }

  @Test
  void arraysAreLaidOutChannelsLast() {
    var spec = new SampleSpec(ArraySpec.f32(2, 1, 3), ArraySpec.i64(2, 1, 2));
    var data = CustomDataset.of(1, spec, i -> Sample.of(new float[] {1, 2, 3, 4, 5, 6}, new long[] {1, 2, 3, 4}));
    var buffer = SampleBuffer.allocate(spec);
    data.read(0, buffer);
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, buffer.input().toArray(JAVA_FLOAT));
    assertArrayEquals(new long[] {1, 3, 2, 4}, buffer.target().toArray(JAVA_LONG));
  }

  @Test
  void samplesOfTheWrongSizeAreTold() {
    var buffer = SampleBuffer.allocate(SampleSpec.classification(3));
    var data = CustomDataset.of(1, SampleSpec.classification(3), i -> Sample.of(new float[2], 0));
    var e = assertThrows(DataException.class, () -> data.read(0, buffer));
    assertTrue(e.getMessage().contains("F32[3]") && e.getMessage().contains("got 2"), e::getMessage);
    var floats = CustomDataset.of(1, SampleSpec.classification(3), i -> Sample.of(new float[3], new float[1]));
    assertThrows(DataException.class, () -> floats.read(0, buffer));
    var none = CustomDataset.of(1, SampleSpec.classification(3), i -> null);
    assertThrows(DataException.class, () -> none.read(0, buffer));
  }
}
