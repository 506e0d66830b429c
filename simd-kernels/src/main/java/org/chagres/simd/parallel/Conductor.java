package org.chagres.simd.parallel;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Runs the jobs of virtual threads, one after another, on a platform thread that starts with the first of
 * them: a kernel on a virtual thread would keep the carrier from all others.
 */
final class Conductor {
  private final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final Consumer<Job> runner;
  private Thread thread;
  private boolean closed;

  Conductor(Consumer<Job> runner) {
    this.runner = runner;
  }

  /** Hands a job over and waits until it is done. */
  void run(Job job) {
    var request = new Request(job, Thread.currentThread());
    submit(request);
    boolean interrupted = false;
    while (!request.done) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (request.failure instanceof Error e) {
      throw e;
    } else if (request.failure instanceof RuntimeException e) {
      throw e;
    }
  }

  /** Ends the thread after the requests that are there. */
  synchronized void close() {
    closed = true;
    if (thread != null) {
      requests.add(new Request(null, null));
    }
  }

  private synchronized void submit(Request request) {
    if (closed) {
      throw new IllegalStateException("workers are closed");
    }
    if (thread == null) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .name("chagres-conductor")
              .inheritInheritableThreadLocals(false)
              .unstarted(this::serve);
      thread.setContextClassLoader(null);
      thread.start();
    }
    requests.add(request);
  }

  private void serve() {
    for (;;) {
      try {
        Request request = requests.take();
        if (request.job == null) {
          return;
        }
        request.run(runner);
      } catch (InterruptedException e) {
        // Nobody has a reason to interrupt this thread; close() ends it.
      }
    }
  }

  private static final class Request {
    private final Job job;
    private final Thread caller;
    private Throwable failure;
    private volatile boolean done;

    Request(Job job, Thread caller) {
      this.job = job;
      this.caller = caller;
    }

    void run(Consumer<Job> runner) {
      try {
        runner.accept(job);
      } catch (Throwable t) {
        failure = t;
      } finally {
        done = true;
        LockSupport.unpark(caller);
      }
    }
  }
}
