package org.chagres.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls handed over to a thread. */
@Timeout(60)
class DeviceThreadTest {

  private final DeviceThread thread = new DeviceThread("test");
  private int counter;

  DeviceThreadTest() {
    thread.start();
  }

  @AfterEach
  void stop() {
    thread.stop();
  }

  @Test
  void callsFromManyThreadsAreDoneOneByOne() throws InterruptedException {
    List<Thread> callers = new ArrayList<>();
    int each = 2000;
    for (int i = 0; i < 8; i++) {
      Runnable calls = () -> {
        for (int n = 0; n < each; n++) {
          thread.run(() -> counter++);
        }
      };
      callers.add(i % 2 == 0 ? Thread.ofVirtual().start(calls) : Thread.ofPlatform().start(calls));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertEquals(8 * each, (int) thread.call(() -> counter));
  }

  @Test
  void whatParksIsWoken() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      Thread.sleep(5);
      int expected = i;
      assertEquals(i, (int) thread.call(() -> expected));
    }
    long start = System.nanoTime();
    thread.run(() -> sleep(50));
    assertTrue(System.nanoTime() - start > 45_000_000, "the caller waited");
  }

  @Test
  void callsWithinACallAreDirect() {
    assertFalse(thread.isCurrent());
    Thread inner = thread.call(() -> {
      assertTrue(thread.isCurrent());
      return thread.call(Thread::currentThread);
    });
    assertEquals("test", inner.getName());
    assertTrue(inner.isDaemon() && !inner.isVirtual());
  }

  @Test
  void whatIsThrownComesBackWithBothStacks() {
    IllegalStateException thrown = new IllegalStateException("on the device");
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> thread.run(() -> {
      throw thrown;
    }));
    assertSame(thrown, e);
    Throwable caller = e.getSuppressed()[0];
    assertTrue(caller.getMessage().contains("test") && caller.getMessage().contains(Thread.currentThread().getName()),
        caller.getMessage());
    assertTrue(Arrays.stream(caller.getStackTrace())
        .anyMatch(f -> f.getMethodName().equals("whatIsThrownComesBackWithBothStacks")));
    assertThrows(OutOfMemoryError.class, () -> thread.run(() -> {
      throw new OutOfMemoryError("errors too");
    }));
    assertEquals(1, (int) thread.call(() -> 1), "the thread lives on");
  }

  @Test
  void anInterruptDoesNotEndTheWaitAndIsKept() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    boolean[] kept = new boolean[2];
    Thread caller = Thread.ofPlatform().start(() -> {
      thread.run(() -> {
        inside.countDown();
        sleep(100);
        kept[0] = true;
      });
      kept[1] = kept[0] && Thread.interrupted();
    });
    inside.await();
    caller.interrupt();
    caller.join();
    assertTrue(kept[1], "done before the wait ended, and still interrupted");
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStoppedThreadTells() throws InterruptedException {
    Thread inner = thread.call(Thread::currentThread);
    assertEquals(7, (int) thread.call(() -> {
      thread.stop();
      return 7;
    }), "stopped within, but not before it is done");
    IllegalStateException e = assertThrows(IllegalStateException.class, () -> thread.run(() -> {}));
    assertEquals("test is closed", e.getMessage());
    thread.runUnlessStopped(() -> counter++);
    assertEquals(0, counter);
    inner.join(10_000);
    assertFalse(inner.isAlive());
  }

  @Test
  void nothingIsAllocatedByACall() {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Runnable task = () -> counter++;
    for (int i = 0; i < 20_000; i++) {
      thread.run(task);
    }
    long other = thread.call(() -> Thread.currentThread().threadId());
    long before = bean.getCurrentThreadAllocatedBytes() + bean.getThreadAllocatedBytes(other);
    for (int i = 0; i < 10_000; i++) {
      thread.run(task);
    }
    long bytes = bean.getCurrentThreadAllocatedBytes() + bean.getThreadAllocatedBytes(other) - before;
    assertTrue(bytes < 10_000, bytes + " bytes for 10,000 calls");
  }
}
