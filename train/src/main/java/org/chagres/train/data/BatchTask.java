package org.chagres.train.data;

import java.util.Optional;
import java.util.function.LongUnaryOperator;

/**
 * One batch being decoded into its slot. Workers claim runs of its samples; all mutable state is guarded by the ring's
 * lock.
 */
final class BatchTask {
  final Slot slot;
  final long epoch;
  final long batch;
  final int size;
  private final Dataset dataset;
  private final Optional<Resident> resident;
  private final LongUnaryOperator order;
  private final long firstPosition;
  private final long seed;

  int claimed;
  int done;
  int inFlight;
  boolean cancelled;
  private int failedRow = Integer.MAX_VALUE;
  private DataException failure;

  BatchTask(Slot slot, Pass pass, long batch, LoaderOptions options, Optional<Resident> resident) {
    this.resident = resident;
    this.slot = slot;
    this.batch = batch;
    epoch = pass.epoch;
    order = pass.order;
    dataset = options.dataset();
    seed = options.seed();
    firstPosition = batch * options.batchSize();
    size = (int) Math.min(options.batchSize(), options.sampler().size() - firstPosition);
  }

  /** Ends decoding early: nothing more is claimed. */
  void cancel() {
    cancelled = true;
    claimed = size;
  }

  boolean complete() {
    return done == size;
  }

  /** The failure of the first sample that failed, or null. */
  DataException failure() {
    return failure;
  }

  /** Notes a failure; the lowest row wins, so that what the loop is told does not depend on the number of workers. */
  void failed(Failure f) {
    if (f.row() < failedRow) {
      failedRow = f.row();
      failure = f.exception();
    }
  }

  /** Decodes rows; runs outside the lock. Returns null if all went well. */
  Failure decode(int from, int to, SampleBuffer buffer) {
    for (int row = from; row < to; row++) {
      long position = firstPosition + row;
      long index = -1;
      try {
        index = order.applyAsLong(position);
        long samples = dataset.size();
        if (index < 0 || index >= samples) {
          throw new DataException("the sampler gave index " + index + ", the data set has " + samples + " samples");
        }
        buffer.moveTo(slot.inputs(), slot.targets(), row);
        buffer.random().seed(seed, epoch, index, position);
        if (resident.isPresent()) {
          resident.get().read(index, slot, row, buffer);
        } else {
          dataset.read(index, buffer);
        }
      } catch (Throwable t) { // a worker must never die: whatever happened is the loop's to know
        String where = "sample " + index + " (batch " + batch + " of epoch " + epoch + "): ";
        String what = t instanceof InternalError // how HotSpot tells of a mapped page that is gone
            ? "memory could not be read; was a file cut short after it was opened? " + t
            : t.getMessage() == null ? t.toString() : t.getMessage();
        return new Failure(row, new DataException(where + what, t));
      }
    }
    return null;
  }

  /** What went wrong at which row. */
  record Failure(int row, DataException exception) {

    /** Made beforehand, for when nothing more can be made. */
    static final Failure NO_MEMORY = new Failure(0, new DataException("out of memory while decoding a batch"));
  }
}
