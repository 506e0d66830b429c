package org.chagres.train.data;

import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.chagres.nn.backend.UploadOps;

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
  private final Turns<Slot> slots;
  private final Optional<Uploader> uploader;
  private final Optional<Resident> resident;
  private final ArrayList<BatchTask> tasks = new ArrayList<>(); // oldest first; those handed out are gone
  private final SampleBuffer callersBuffer;
  private Pass pass;
  private long nextBatch;
  private Batch current;
  private int threads;
  private int started;
  private boolean closed;
  private int made;
  private int refused;

  /** With the way to a device, where batches are to lie on one. */
  Ring(LoaderOptions options, Optional<UploadOps> uploads) {
    this.options = options;
    resident = options.images();
    var layout = resident.map(Resident::layout)
        .orElseGet(() -> Slot.Layout.of(options.dataset().spec(), options.batchSize()));
    slots = new Turns<>(options.slots(), () -> newSlot(layout, uploads));
    uploader = uploads.map(u -> new Uploader(u, options, layout, resident));
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
      if (uploader.isEmpty()) {
        BatchTask task = await(of);
        current = new Batch(this, new Turns.Seat<>(task.slot, slots), options, task);
      } else {
        current = take(of, uploader.get());
      }
      return current;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("interrupted while waiting for a batch", e);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #take(Pass)}, of a device: the batch is copied, and the next as well if it is decoded already. */
  private Batch take(Pass of, Uploader to) throws InterruptedException {
    try {
      if (!to.isAhead()) {
        BatchTask task = await(of);
        tasks.addFirst(task); // it has its slot until the copy is queued
        to.upload(this, task);
        tasks.removeFirst();
      }
      Batch batch = to.next();
      current = batch; // so that it goes back if the next fails
      while (!tasks.isEmpty() && tasks.getFirst().complete() && tasks.getFirst().failure() == null
          && to.upload(this, tasks.getFirst())) {
        tasks.removeFirst();
      }
      return batch;
    } catch (RuntimeException | Error e) {
      endPass();
      throw e;
    }
  }

  /** The oldest batch of the pass, once it is decoded; it leaves the ring's list. */
  private BatchTask await(Pass of) throws InterruptedException {
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
      slots.unused(task.slot);
      endPass();
      throw task.failure();
    }
    return task;
  }

  /** Ends everything; with {@code wait}, returns when the workers have ended, or after five seconds. */
  void close(boolean wait) {
    lock.lock();
    try {
      closed = true;
      endPass();
      slots.close();
      uploader.ifPresent(Uploader::close);
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
        batch.seat().lend();
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
          batch.seat().unlend();
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
    batch.seat().giveBack();
    progress.signalAll();
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
        slots.unused(task.slot);
      }
    }
    tasks.clear();
    uploader.ifPresent(Uploader::drop);
  }

  private Slot newSlot(Slot.Layout layout, Optional<UploadOps> uploads) {
    var slot = new Slot(layout, options.pinMemory(), uploads);
    made++;
    refused += slot.pinned() ? 0 : 1;
    return slot;
  }

  /** A slot to decode into; waits for one that is being copied only where nothing else would give the loop its next batch. */
  private Optional<Slot> freeSlot() {
    if (uploader.isEmpty()) {
      return slots.take();
    }
    Uploader to = uploader.get();
    to.copied(slots::unused);
    Optional<Slot> slot = slots.take();
    if (slot.isEmpty() && tasks.isEmpty() && !to.isAhead() && to.awaitOne()) {
      to.copied(slots::unused);
      slot = slots.take();
    }
    return slot;
  }

  private void returnCurrent() {
    if (current != null && current.retained == 0) {
      current.seat().lend();
      giveBack(current);
    }
    current = null;
  }

  /** Begins as many batches as there are slots for, and wakes or starts workers. */
  private void schedule() {
    boolean begun = false;
    while (pass != null && nextBatch < options.batches()) {
      Optional<Slot> slot = freeSlot();
      if (slot.isEmpty()) {
        break;
      }
      tasks.add(new BatchTask(slot.get(), pass, nextBatch++, options, resident));
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
      slots.unused(task.slot);
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
