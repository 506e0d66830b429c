package org.chagres.gpu;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A thread that does one call after another for whoever hands one over. The caller waits: it looks again and again for a
 * while, as most calls take microseconds, and then parks; so does the thread between calls. Nothing is allocated.
 */
final class DeviceThread {

  private static final int IDLE = 0;
  private static final int ASKED = 1;
  private static final int DONE = 2;
  private static final int STOPPED = 3;

  /** Looks before parking, a hundred microseconds or so; few where the two would take the processor from each other. */
  private static final int LOOKS = Runtime.getRuntime().availableProcessors() > 2 ? 1 << 12 : 1 << 4;

  private final Thread thread;
  /** Held by the caller whose call it is. */
  private final ReentrantLock callers = new ReentrantLock();

  /** What is asked for, one of the two; written before {@link #state} is. */
  private Runnable task;
  private Supplier<?> question;
  /** What came out; written before {@link #state} is. */
  private Object answer;
  private Throwable failure;

  /** The thread's own: the call that it is in is its last. */
  private boolean stopAfterThis;

  private volatile int state = IDLE;
  private volatile boolean threadParks;
  private volatile Thread parkedCaller;

  DeviceThread(String name) {
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
  }

  void start() {
    thread.start();
  }

  boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  /** Does it on the thread. What it throws is thrown here, with this caller's stack beside it. */
  void run(Runnable wanted) {
    if (isCurrent()) {
      wanted.run();
    } else {
      ask(wanted, null);
    }
  }

  /** As {@link #run}, with an answer. */
  @SuppressWarnings("unchecked")
  <T> T call(Supplier<T> wanted) {
    return isCurrent() ? wanted.get() : (T) ask(null, wanted);
  }

  /** As {@link #run}, but does nothing once stopped. */
  void runUnlessStopped(Runnable wanted) {
    if (isCurrent()) {
      wanted.run();
      return;
    }
    callers.lock();
    try {
      if (state != STOPPED) {
        ask(wanted, null);
      }
    } finally {
      callers.unlock();
    }
  }

  /** No more calls; those that come are told. */
  void stop() {
    if (isCurrent()) {
      stopAfterThis = true;
      return;
    }
    callers.lock();
    try {
      state = STOPPED;
      LockSupport.unpark(thread);
    } finally {
      callers.unlock();
    }
  }

  private Object ask(Runnable wantedTask, Supplier<?> wantedAnswer) {
    Throwable thrown;
    Object result;
    callers.lock();
    try {
      if (state == STOPPED) {
        throw new IllegalStateException(thread.getName() + " is closed");
      }
      task = wantedTask;
      question = wantedAnswer;
      state = ASKED;
      if (threadParks) {
        LockSupport.unpark(thread);
      }
      awaitAnswer();
      thrown = failure;
      result = answer;
      failure = null;
      answer = null;
      if (state == DONE) {
        state = IDLE;
      }
    } finally {
      callers.unlock();
    }
    if (thrown != null) {
      thrown.addSuppressed(new HandedOver(thread.getName()));
      throw DeviceThread.<RuntimeException>asUnchecked(thrown);
    }
    return result;
  }

  /** An interrupt does not end the wait, as the call goes on; it is kept for afterwards. */
  private void awaitAnswer() {
    for (int look = 0; look < LOOKS; look++) {
      if (state != ASKED) {
        return;
      }
      Thread.onSpinWait();
    }
    boolean interrupted = false;
    parkedCaller = Thread.currentThread();
    while (state == ASKED) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    parkedCaller = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    while (awaitCall()) {
      try {
        if (task != null) {
          task.run();
        } else {
          answer = question.get();
        }
      } catch (Throwable t) {
        failure = t;
      }
      task = null;
      question = null;
      boolean last = stopAfterThis;
      state = last ? STOPPED : DONE;
      LockSupport.unpark(parkedCaller);
      if (last) {
        return;
      }
    }
  }

  /** Whether there is one; not when stopped. */
  private boolean awaitCall() {
    for (int look = 0; look < LOOKS; look++) {
      if (state == ASKED) {
        return true;
      }
      Thread.onSpinWait();
    }
    threadParks = true;
    while (state != ASKED && state != STOPPED) {
      LockSupport.park(this);
    }
    threadParks = false;
    return state == ASKED;
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E asUnchecked(Throwable thrown) throws E {
    throw (E) thrown;
  }

  /** The caller's stack, beside what was thrown on the device's thread. */
  private static final class HandedOver extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HandedOver(String to) {
      super("handed over to the thread " + to + " by " + Thread.currentThread());
    }
  }
}
