package org.chagres.simd.parallel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.memory.Native;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several callers, virtual threads, executors, resizing, and the scratch that goes with a run. */
@Timeout(30)
class WorkersSharingTest {

  /**
   * Writes its number all over its scratch and finds it there again; phase 1 reads what phase 0 left in the
   * shared part.
   */
  private static TestJob scratchJob(int local, int shared) {
    return new TestJob(
        new int[] {16, 16},
        local,
        shared + 16 * 4L,
        1_000_000,
        (phase, chunk, localAt, sharedAt) -> {
          assertEquals(0, localAt % 64);
          assertEquals(0, sharedAt % 64);
          if (phase == 1) {
            assertEquals(15 - chunk, Native.ALL.get(ValueLayout.JAVA_INT, sharedAt + 4L * (15 - chunk)));
            return;
          }
          for (int i = 0; i + 4 <= local; i += 4) {
            Native.ALL.set(ValueLayout.JAVA_INT, localAt + i, chunk);
          }
          Native.ALL.set(ValueLayout.JAVA_INT, sharedAt + 4L * chunk, chunk);
          for (int i = 0; i + 4 <= local; i += 4) {
            assertEquals(chunk, Native.ALL.get(ValueLayout.JAVA_INT, localAt + i));
          }
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void scratchBelongsToALane(int threads) {
    try (var workers = Workers.of(threads)) {
      for (int i = 0; i < 50; i++) {
        var job = scratchJob(i * 37, i * 1000);
        workers.run(job);
        assertTrue(job.ran(1));
      }
    }
  }

  @Test
  void closeGivesScratchBack() {
    long before = MemoryPool.system().stats().liveBytes();
    try (var workers = Workers.of(2)) {
      workers.run(scratchJob(100_000, 100_000));
      assertTrue(MemoryPool.system().stats().liveBytes() > before);
      long grown = MemoryPool.system().stats().liveBytes();
      workers.run(scratchJob(100, 100_000));
      assertEquals(grown, MemoryPool.system().stats().liveBytes());
    }
    assertEquals(before, MemoryPool.system().stats().liveBytes());
  }

  @Test
  void noMemoryForScratchIsAnExceptionAndNoMore() {
    try (var workers = Workers.of(2)) {
      workers.run(scratchJob(100, 100));
      var absurd = new TestJob(new int[] {4}, 1L << 60, 0, 1_000_000, (p, c, l, s) -> {});
      assertThrows(RuntimeException.class, () -> workers.run(absurd));
      var job = scratchJob(100, 100);
      workers.run(job);
      assertTrue(job.ran(1));
    }
  }

  @Test
  void aSecondCallerRunsAloneMeanwhile() throws Exception {
    try (var workers = Workers.of(2);
        var executor = Executors.newSingleThreadExecutor()) {
      var started = new CountDownLatch(2);
      var release = new CountDownLatch(1);
      var first =
          TestJob.of(
              (p, c, l, s) -> {
                started.countDown();
                release.await(10, TimeUnit.SECONDS);
              },
              2);
      var running = executor.submit(() -> workers.run(first));
      assertTrue(started.await(10, TimeUnit.SECONDS));
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      workers.run(TestJob.of((p, c, l, s) -> seen.add(Thread.currentThread()), 8));
      assertEquals(Set.of(Thread.currentThread()), seen);
      release.countDown();
      running.get();
    }
  }

  @Test
  void manyCallersAtOnce() throws Exception {
    try (var workers = Workers.of(2);
        var executor = Executors.newFixedThreadPool(6)) {
      List<Callable<Void>> callers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int size = 100 * i;
        callers.add(
            () -> {
              for (int k = 0; k < 200; k++) {
                var job = scratchJob(size, size);
                workers.run(job);
                assertTrue(job.ran(1));
              }
              return null;
            });
      }
      for (var done : executor.invokeAll(callers)) {
        done.get();
      }
    }
  }

  @Test
  void virtualThreadsHandOver() throws Exception {
    var ranOnVirtual = new AtomicBoolean();
    try (var workers = Workers.of(2);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> callers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        callers.add(
            () -> {
              var job =
                  TestJob.of(
                      (p, c, l, s) -> {
                        if (Thread.currentThread().isVirtual()) {
                          ranOnVirtual.set(true);
                        }
                      },
                      3, 3);
              workers.run(job);
              return job.ran(1);
            });
      }
      for (var done : executor.invokeAll(callers)) {
        assertTrue(done.get());
      }
      var failing =
          TestJob.of(
              (p, c, l, s) -> {
                throw new IllegalArgumentException("from a chunk");
              },
              2);
      var caught = new AtomicBoolean();
      Thread.ofVirtual()
          .start(
              () -> {
                Thread.currentThread().interrupt();
                try {
                  workers.run(failing);
                } catch (IllegalArgumentException e) {
                  caught.set(Thread.interrupted());
                }
              })
          .join();
      assertTrue(caught.get(), "exception and interrupt reach the virtual caller");
    }
    assertFalse(ranOnVirtual.get());
  }

  @Test
  void anInjectedExecutorLendsThreads() throws Exception {
    try (var pool = Executors.newFixedThreadPool(3);
        var workers = Workers.on(pool, 3)) {
      assertEquals(3, workers.threads());
      var together = new CountDownLatch(3);
      workers.run(
          TestJob.of(
              (p, c, l, s) -> {
                together.countDown();
                assertTrue(together.await(10, TimeUnit.SECONDS));
              },
              3));
      for (int i = 0; i < 500; i++) {
        var job = scratchJob(i, i);
        workers.run(job);
        assertTrue(job.ran(1));
      }
    }
  }

  @Test
  void anyExecutorWillDo() {
    var calls = new AtomicInteger();
    List<Runnable> never = new ArrayList<>();
    List<Executor> executors =
        List.of(
            Runnable::run,
            never::add,
            task -> {
              throw new RejectedExecutionException();
            },
            task -> {
              if (calls.incrementAndGet() % 3 == 0) {
                Thread.startVirtualThread(task);
              }
            },
            ForkJoinPool.commonPool());
    for (Executor executor : executors) {
      try (var workers = Workers.on(executor, 4)) {
        for (int i = 0; i < 100; i++) {
          var job = scratchJob(100, 100);
          workers.run(job);
          assertTrue(job.ran(1));
        }
      }
    }
    assertEquals(3, never.size(), "a task not yet begun is not handed in again");
    never.forEach(Runnable::run);
  }

  @Test
  void sharedWorkersCanBeResizedWhileInUse() throws Exception {
    Workers shared = Workers.shared();
    int threads = shared.threads();
    assertThrows(IllegalStateException.class, shared::close);
    var stop = new AtomicBoolean();
    try (var executor = Executors.newFixedThreadPool(2)) {
      List<Future<?>> users = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        users.add(
            executor.submit(
                () -> {
                  while (!stop.get()) {
                    var job = scratchJob(64, 64);
                    shared.run(job);
                    assertTrue(job.ran(1));
                  }
                }));
      }
      for (int n : new int[] {3, 1, 2, 5, 5, threads}) {
        Workers.setShared(n);
        assertEquals(n, shared.threads());
        Thread.sleep(5);
      }
      stop.set(true);
      for (var user : users) {
        user.get();
      }
    }
    assertSame(shared, Workers.shared());
    var inside = TestJob.of((p, c, l, s) -> Workers.setShared(9), 2);
    Workers.setShared(2);
    assertThrows(IllegalStateException.class, () -> shared.run(inside));
    Workers.setShared(threads);
  }

  @Test
  void countsProcessors() {
    assertEquals(Runtime.getRuntime().availableProcessors(), Cpus.available());
    assertTrue(Cpus.reason().startsWith(Cpus.available() + " of "), Cpus.reason());
    assertEquals(7, Cpus.count("0-3,5,8-9"));
    assertEquals(1, Cpus.count("0"));
    assertEquals(1.5, Cpus.quota("150000", "100000"));
    assertEquals(0, Cpus.quota("max", "100000"));
    assertEquals(0, Cpus.quota("-1", "100000"));
    assertEquals(0, Cpus.quota("", ""));
  }
}
