package org.chagres.train.data;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The ring of slots and the workers that fill it, shared by a loader, its iterator and its workers.
 *
 * <p>Batches are begun in the order of the sampler, as far ahead as there are free slots. A worker always claims the
 * next run of samples of the oldest unfinished batch, so that all workers help with the one the loop waits for. One
 * lock guards everything; it is taken a few times a batch. Knows no loader, so that a loader nobody holds any more can
 * be cleaned up.
 */
final class Ring {
  /** A worker without work for so long ends; the next batch begun starts it again. */
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final LoaderOptions options;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition progress = lock.newCondition();
  private final ArrayDeque<Slot> free = new ArrayDeque<>();
  private final ArrayList<BatchTask> tasks = new ArrayList<>(); // oldest first; those handed out are gone
  private final SampleBuffer callersBuffer;
  private Pass pass;
  private long nextBatch;
  private Batch current;
  private int slots; // of the ring: free, in a task, or in the current batch while it is not retained
  private int threads;
  private int started;
  private boolean closed;
  private int made;
  private int refused;

  Ring(LoaderOptions options) {
    this.options = options;
    callersBuffer = new SampleBuffer(options.dataset().spec());
  }

  /** Ends the pass before, and begins to decode this one. */
  void begin(Pass next) {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the DataLoader is closed");
      }
      endPass();
      pass = next;
      nextBatch = next.firstBatch;
      schedule();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a pass, if it is still the current one. */
  void end(Pass old) {
    lock.lock();
    try {
      if (pass == old) {
        endPass();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The next batch of the pass, once it is decoded; the one before goes back to the ring. */
  Batch take(Pass of) {
    lock.lock();
    try {
      checkCurrent(of);
      returnCurrent();
      schedule();
      if (options.workers() == 0) {
        BatchTask task = tasks.getFirst();
        task.claimed = task.size;
        finish(task, task.size, task.decode(0, task.size, callersBuffer));
      }
      while (tasks.isEmpty() || !tasks.getFirst().complete()) {
        progress.await();
        checkCurrent(of);
        schedule();
      }
      BatchTask task = tasks.removeFirst();
      if (task.failure() != null) {
        free.add(task.slot);
        endPass();
        throw task.failure();
      }
      current = new Batch(this, task.slot, options, task);
      return current;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("interrupted while waiting for a batch", e);
    } finally {
      lock.unlock();
    }
  }

  /** Ends everything; with {@code wait}, returns when the workers have ended, or after five seconds. */
  void close(boolean wait) {
    lock.lock();
    try {
      closed = true;
      endPass();
      free.forEach(Slot::close);
      free.clear();
      work.signalAll();
      progress.signalAll();
      long nanos = TimeUnit.SECONDS.toNanos(5);
      while (wait && threads > 0 && nanos > 0) {
        nanos = progress.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Whether every slot made so far is locked in physical memory. */
  boolean pinned() {
    lock.lock();
    try {
      return made > 0 && refused == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Live worker threads. */
  int threads() {
    lock.lock();
    try {
      return threads;
    } finally {
      lock.unlock();
    }
  }

  void retain(Batch batch) {
    lock.lock();
    try {
      batch.checkValid();
      if (batch.retained++ == 0) {
        slots--; // the ring makes another in its stead, so that a loop that retains does not stop it
      }
    } finally {
      lock.unlock();
    }
  }

  void release(Batch batch) {
    lock.lock();
    try {
      if (batch.retained == 0) {
        throw new IllegalStateException(batch + ": release() without retain()");
      }
      if (--batch.retained == 0) {
        if (batch == current) {
          slots++;
        } else {
          giveBack(batch);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void giveBack(Batch batch) {
    batch.invalidate();
    if (slots < options.slots() && !closed) {
      slots++;
      free.add(batch.slot());
      progress.signalAll();
    } else {
      batch.slot().close();
    }
  }

  private void checkCurrent(Pass of) {
    if (pass != of) {
      throw new IllegalStateException(
          closed
              ? "the DataLoader is closed"
              : "this iterator of the DataLoader has ended; a loader has one iterator at a time, the newest");
    }
  }

  private void endPass() {
    pass = null;
    returnCurrent();
    for (BatchTask task : tasks) {
      task.cancel();
      if (task.inFlight == 0) {
        recycle(task.slot);
      }
    }
    tasks.clear();
  }

  private void recycle(Slot slot) {
    if (closed) {
      slot.close();
    } else {
      free.add(slot);
    }
  }

  private void returnCurrent() {
    if (current != null && current.retained == 0) {
      slots--;
      giveBack(current);
    }
    current = null;
  }

  /** Begins as many batches as there are slots for, and wakes or starts workers. */
  private void schedule() {
    boolean begun = false;
    while (pass != null && nextBatch < options.batches()) {
      Slot slot = free.poll();
      if (slot == null && slots < options.slots()) {
        slot = new Slot(options.dataset().spec(), options.batchSize(), options.pinMemory());
        slots++;
        made++;
        refused += slot.pinned ? 0 : 1;
      }
      if (slot == null) {
        break;
      }
      tasks.add(new BatchTask(slot, pass, nextBatch++, options));
      begun = true;
    }
    if (begun && options.workers() > 0) {
      while (threads < options.workers()) {
        Thread.ofPlatform().daemon().name("chagres-data-" + started++).start(this::work);
        threads++; // not seen before the lock is free, and not counted if there is no thread to be had
      }
      work.signalAll();
    }
  }

  private void work() {
    var buffer = new SampleBuffer(options.dataset().spec());
    int run = Math.max(1, options.batchSize() / (4 * options.workers()));
    lock.lock();
    try {
      while (!closed) {
        BatchTask task = claimable();
        if (task != null) {
          int from = task.claimed;
          int rows = Math.min(task.size - from, run);
          task.claimed = from + rows;
          task.inFlight++;
          BatchTask.Failure failure = decodeUnlocked(task, from, from + rows, buffer);
          task.inFlight--;
          finish(task, rows, failure);
        } else if (!awaitWork()) {
          return;
        }
      }
    } finally {
      threads--;
      progress.signalAll();
      lock.unlock();
    }
  }

  private BatchTask.Failure decodeUnlocked(BatchTask task, int from, int to, SampleBuffer buffer) {
    lock.unlock();
    try {
      return task.decode(from, to, buffer);
    } catch (Throwable t) { // no memory left even to say so
      return BatchTask.Failure.NO_MEMORY;
    } finally {
      lock.lock();
    }
  }

  /** False if none came for long. */
  private boolean awaitWork() {
    long nanos = IDLE_NANOS;
    while (!closed && claimable() == null) {
      if (nanos <= 0) {
        return false;
      }
      try {
        nanos = work.awaitNanos(nanos);
      } catch (InterruptedException e) {
        nanos = IDLE_NANOS; // by some sample's code: it has no meaning here
      }
    }
    return true;
  }

  private void finish(BatchTask task, int rows, BatchTask.Failure failure) {
    task.done += rows;
    if (failure != null) {
      task.failed(failure);
    }
    if (task.cancelled && task.inFlight == 0) {
      recycle(task.slot);
    }
    if (task.cancelled || task.complete()) {
      progress.signalAll();
    }
  }

  private BatchTask claimable() {
    for (int i = 0; i < tasks.size(); i++) {
      if (tasks.get(i).claimed < tasks.get(i).size) {
        return tasks.get(i);
      }
    }
    return null;
  }
}
