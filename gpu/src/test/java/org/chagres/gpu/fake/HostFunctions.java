package org.chagres.gpu.fake;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/** The thread that calls functions on the host, as the driver's own does, and the waiting for them. */
final class HostFunctions {

  private static final int MOST_SECONDS = 20;

  private final ReentrantLock lock;
  private final ExecutorService executor = Executors.newSingleThreadExecutor(this::thread);
  private volatile long threadId = -1;

  HostFunctions(ReentrantLock lock) {
    this.lock = lock;
  }

  private Thread thread(Runnable work) {
    Thread thread = Thread.ofPlatform().daemon().name("fake-cuda-host-functions").unstarted(work);
    threadId = thread.threadId();
    return thread;
  }

  boolean isCurrent() {
    return Thread.currentThread().threadId() == threadId;
  }

  /** Queues a function; what comes after it on the stream waits. */
  void callLater(FakeStream stream, Runnable function) {
    CompletableFuture<Void> before = stream.pending();
    stream.pending(CompletableFuture.allOf(before, CompletableFuture.runAsync(function, executor)));
  }

  /** Waits with the lock let go, so that others go on. */
  void await(CompletableFuture<Void> pending) {
    if (pending.isDone()) {
      return;
    }
    int holds = lock.getHoldCount();
    for (int i = 0; i < holds; i++) {
      lock.unlock();
    }
    try {
      pending.get(MOST_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("a function on the host has not ended for " + MOST_SECONDS + " seconds", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for a function on the host", e);
    } finally {
      for (int i = 0; i < holds; i++) {
        lock.lock();
      }
    }
  }

  void close() {
    executor.shutdown();
  }
}
