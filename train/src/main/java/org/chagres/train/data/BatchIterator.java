package org.chagres.train.data;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The batches of one epoch. Closing it stops decoding ahead; so does running to the end, and so does a newer iterator.
 */
public final class BatchIterator implements Iterator<Batch>, AutoCloseable {
  /** Also keeps the loader reachable, and with it the workers alive, during a for-each loop. */
  private final DataLoader loader;

  private final Ring ring;
  private final Pass pass;
  private final long batches;
  private long next;

  BatchIterator(DataLoader loader, Ring ring, Pass pass) {
    this.loader = loader;
    this.ring = ring;
    this.pass = pass;
    batches = loader.batches();
    next = pass.firstBatch;
  }

  /** Number of the batch that {@link #next} gives: all below it have been handed out or were skipped. */
  public long position() {
    return next;
  }

  /** The epoch. */
  public long epoch() {
    return pass.epoch;
  }

  /** {@inheritDoc} At the end, the last batch is no longer valid. */
  @Override
  public boolean hasNext() {
    if (next < batches) {
      return true;
    }
    close();
    return false;
  }

  /**
   * Waits for the next batch; the one before is no longer valid, unless retained.
   *
   * @throws DataException if one of its samples could not be read; the iterator has then ended
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("epoch " + pass.epoch + " has " + loader.batches() + " batches");
    }
    Batch batch = ring.take(pass);
    next++;
    return batch;
  }

  @Override
  public void close() {
    ring.end(pass);
  }
}
