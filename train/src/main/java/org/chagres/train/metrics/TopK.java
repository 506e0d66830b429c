package org.chagres.train.metrics;

import java.lang.foreign.MemorySegment;

/** The share of rows whose right class is among the k with the largest logits. */
public final class TopK implements ClassMetric {
  private final int k;
  private long right;
  private long rows;

  /**
   * A top-k accuracy.
   *
   * @param k how many classes may be guessed, at least 1
   */
  public TopK(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("TopK k: expected at least 1, got " + k);
    }
    this.k = k;
  }

  @Override
  public void update(MemorySegment logits, MemorySegment labels, int rows, int classes) {
    Rows batch = new Rows(logits, labels, rows, classes);
    for (int r = 0; r < rows; r++) {
      if (!batch.ignored(r)) {
        this.rows++;
        int rank = batch.rankOfLabel(r);
        // a row that has no prediction ranks behind every class, and k may exceed their number
        right += rank < k && rank < classes ? 1 : 0;
      }
    }
  }

  @Override
  public double value() {
    return (double) right / rows;
  }

  @Override
  public void reset() {
    right = 0;
    rows = 0;
  }
}
