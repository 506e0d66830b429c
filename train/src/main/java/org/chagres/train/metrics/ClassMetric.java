package org.chagres.train.metrics;

import java.lang.foreign.MemorySegment;

/**
 * A measure of predicted classes. The class predicted for a row is the one of the largest logit, the first of equals.
 * A row with a logit that is not a number has no prediction and counts as wrong.
 */
public interface ClassMetric extends Metric {
  /** The label of rows that are passed over, as the losses do. */
  long IGNORED = -100;

  /**
   * Adds a batch.
   *
   * @param logits (rows, classes), 32-bit floats row by row, on or off the heap; probabilities do as well
   * @param labels (rows), 64-bit integers: the right classes, or {@link #IGNORED}
   * @param rows rows of the batch
   * @param classes classes, at least 1
   * @throws IllegalArgumentException if the memory is too small or a label is no class; nothing is then added
   */
  void update(MemorySegment logits, MemorySegment labels, int rows, int classes);

  /**
   * As {@link #update(MemorySegment, MemorySegment, int, int)}, from arrays: as many rows as there are labels.
   *
   * @throws IllegalArgumentException if the logits do not divide into rows or a label is no class
   */
  default void update(float[] logits, long[] labels) {
    if (labels.length == 0) {
      return;
    }
    if (logits.length % labels.length != 0) {
      throw new IllegalArgumentException("logits: " + logits.length + " do not divide into " + labels.length + " rows");
    }
    update(MemorySegment.ofArray(logits), MemorySegment.ofArray(labels), labels.length, logits.length / labels.length);
  }
}
