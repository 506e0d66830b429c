package org.chagres.simd.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run of a job promises: every chunk once, phases in order, errors, spin and close. */
@Timeout(30)
class WorkersTest {
  private static final long SEED = Long.getLong("chagres.seed", System.nanoTime());

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void runsEveryChunkOnceAndPhasesInOrder(int threads) {
    var random = new Random(SEED);
    try (var workers = Workers.of(threads)) {
      assertEquals(threads, workers.threads());
      for (int i = 0; i < 200; i++) {
        int[] chunks = random.ints(1 + random.nextInt(4), 1, 40).toArray();
        var done = new AtomicInteger();
        var early = new AtomicInteger();
        int[] before = new int[chunks.length];
        for (int p = 1; p < chunks.length; p++) {
          before[p] = before[p - 1] + chunks[p - 1];
        }
        var job =
            TestJob.of(
                (phase, chunk, local, shared) -> {
                  if (done.get() < before[phase]) {
                    early.incrementAndGet();
                  }
                  done.incrementAndGet();
                },
                chunks);
        workers.run(job);
        assertTrue(job.ran(1), () -> "chunks " + Arrays.toString(chunks) + " seed " + SEED);
        assertEquals(0, early.get(), () -> "a phase began early, seed " + SEED);
      }
    }
  }

  @Test
  void manyTinyJobs() {
    try (var workers = Workers.of(3)) {
      var job = TestJob.of((phase, chunk, local, shared) -> {}, 2, 1, 5);
      for (int i = 1; i <= 5_000; i++) {
        workers.run(job);
        if (!job.ran(i)) {
          throw new AssertionError("run " + i + " missed a chunk or did one twice");
        }
      }
    }
  }

  @Test
  void otherThreadsTakePart() {
    try (var workers = Workers.of(3)) {
      var together = new CountDownLatch(3);
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      workers.run(
          TestJob.of(
              (phase, chunk, local, shared) -> {
                seen.add(Thread.currentThread());
                together.countDown();
                together.await(10, TimeUnit.SECONDS);
              },
              3));
      assertEquals(3, seen.size());
      assertTrue(seen.contains(Thread.currentThread()));
    }
  }

  @Test
  void othersTakeTheChunksOfOneThatIsHeldUp() {
    try (var workers = Workers.of(2)) {
      var rest = new CountDownLatch(99);
      // Chunk 0 waits for all others, most of which lie in the range of its own lane.
      var job =
          TestJob.of(
              (phase, chunk, local, shared) -> {
                if (chunk == 0) {
                  assertTrue(rest.await(10, TimeUnit.SECONDS));
                } else {
                  rest.countDown();
                }
              },
              100);
      workers.run(job);
      assertTrue(job.ran(1));
    }
  }

  @Test
  void smallJobsStayOnTheCaller() {
    try (var workers = Workers.of(2)) {
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      var small = new TestJob(new int[] {50}, 0, 0, 1_000, (p, c, l, s) -> seen.add(Thread.currentThread()));
      workers.run(small);
      workers.run(TestJob.of((p, c, l, s) -> seen.add(Thread.currentThread()), 1, 1));
      assertEquals(Set.of(Thread.currentThread()), seen);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void firstExceptionIsRethrownAndThePoolGoesOn(int threads) {
    try (var workers = Workers.of(threads)) {
      for (int i = 0; i < 50; i++) {
        var done = new AtomicInteger();
        var job =
            TestJob.of(
                (phase, chunk, local, shared) -> {
                  done.incrementAndGet();
                  if (phase == 1 && chunk >= 10) {
                    throw new IllegalArgumentException("chunk " + chunk);
                  }
                },
                5, 10_000, 7);
        var e = assertThrows(IllegalArgumentException.class, () -> workers.run(job));
        assertTrue(e.getMessage().startsWith("chunk "));
        for (Throwable other : e.getSuppressed()) {
          assertTrue(other instanceof IllegalArgumentException);
        }
        assertTrue(done.get() < 10_000, () -> "ran " + done.get() + " chunks after a failure");
        assertEquals(0, job.runs[2].get(0), "the phase after a failure ran");
        var good = TestJob.of((phase, chunk, local, shared) -> {}, 9, 9);
        workers.run(good);
        assertTrue(good.ran(1));
      }
    }
  }

  @Test
  void oneExceptionThrownByAllIsNotSuppressedInItself() {
    try (var workers = Workers.of(2)) {
      var both = new CountDownLatch(2);
      var error = new AssertionError("same");
      var job =
          TestJob.of(
              (phase, chunk, local, shared) -> {
                both.countDown();
                both.await(10, TimeUnit.SECONDS);
                throw error;
              },
              2);
      assertSame(error, assertThrows(AssertionError.class, () -> workers.run(job)));
      assertEquals(0, error.getSuppressed().length);
    }
  }

  @Test
  void nestedRunsGoInline() {
    try (var workers = Workers.of(2)) {
      var inner = TestJob.of((phase, chunk, local, shared) -> {}, 3, 3);
      var outer = TestJob.of((phase, chunk, local, shared) -> workers.run(inner), 8);
      workers.run(outer);
      assertTrue(outer.ran(1));
      assertTrue(inner.ran(8));
    }
  }

  @Test
  void interruptIsKeptAndEndsNothing() {
    try (var workers = Workers.of(2)) {
      workers.spin(Duration.ZERO);
      var job =
          TestJob.of(
              (phase, chunk, local, shared) -> {
                long until = System.nanoTime() + 2_000_000;
                while (System.nanoTime() < until) {
                  Thread.onSpinWait();
                }
              },
              2, 1, 2);
      Thread.currentThread().interrupt();
      workers.run(job);
      assertTrue(Thread.interrupted());
      assertTrue(job.ran(1));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 100})
  void worksWithAnySpin(long micros) throws InterruptedException {
    try (var workers = Workers.of(2)) {
      workers.spin(Duration.of(micros, ChronoUnit.MICROS));
      assertEquals(micros * 1000, workers.spin().toNanos());
      var job = TestJob.of((phase, chunk, local, shared) -> {}, 4, 2, 4);
      for (int i = 1; i <= 300; i++) {
        workers.run(job);
        if (i % 20 == 0) {
          Thread.sleep(1);
        }
      }
      assertTrue(job.ran(300));
    }
  }

  @Test
  void runAllocatesNothing() {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int threads : new int[] {1, 2}) {
      try (var workers = Workers.of(threads)) {
        var large = new TestJob(new int[] {4, 2, 4}, 1000, 5000, 1_000_000, (p, c, l, s) -> {});
        var small = new TestJob(new int[] {4, 2, 4}, 1000, 5000, 0, (p, c, l, s) -> {});
        long used = Long.MAX_VALUE;
        // The first rounds warm up the compilers, and the meter itself.
        for (int round = 0; round < 5; round++) {
          long before = bean.getCurrentThreadAllocatedBytes();
          for (int i = 0; i < 2_000; i++) {
            workers.run(large);
            workers.run(small);
          }
          used = Math.min(used, bean.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, used, "bytes allocated by 4000 runs on " + threads + " threads");
      }
    }
  }

  @Test
  void refusesJobsWithoutChunks() {
    try (var workers = Workers.of(2)) {
      assertThrows(IllegalArgumentException.class, () -> workers.run(TestJob.of((p, c, l, s) -> {}, 3, 0)));
      assertThrows(IllegalArgumentException.class, () -> workers.run(TestJob.of((p, c, l, s) -> {})));
    }
  }

  @Test
  void refusesBadNumbers() {
    assertThrows(IllegalArgumentException.class, () -> Workers.of(0));
    assertThrows(IllegalArgumentException.class, () -> Workers.of(Workers.MOST_THREADS + 1));
    assertThrows(IllegalArgumentException.class, () -> Workers.setShared(-1));
    try (var workers = Workers.of(1)) {
      assertThrows(IllegalArgumentException.class, () -> workers.spin(Duration.ofNanos(-1)));
      assertThrows(IllegalArgumentException.class, () -> workers.spin(Duration.ofDays(9)));
    }
  }

  @Test
  void closeEndsThreadsAndForbidsRuns() {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    var workers = Workers.of(3);
    var together = new CountDownLatch(3);
    var job =
        TestJob.of(
            (p, c, l, s) -> {
              seen.add(Thread.currentThread());
              together.countDown();
              together.await(10, TimeUnit.SECONDS);
            },
            3);
    workers.run(job);
    workers.close();
    workers.close();
    seen.remove(Thread.currentThread());
    assertEquals(2, seen.size());
    for (Thread thread : seen) {
      assertTrue(!thread.isAlive(), thread.getName());
    }
    assertThrows(IllegalStateException.class, () -> workers.run(job));
  }

  @Test
  void cannotBeClosedFromWithin() {
    try (var workers = Workers.of(2)) {
      var job = TestJob.of((p, c, l, s) -> workers.close(), 2);
      assertThrows(IllegalStateException.class, () -> workers.run(job));
    }
  }
}
