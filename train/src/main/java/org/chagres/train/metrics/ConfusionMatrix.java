package org.chagres.train.metrics;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Counts, for each class, what its rows were taken for. Its {@link #value} is the accuracy. */
public final class ConfusionMatrix implements ClassMetric {
  private final int classes;
  private final long[][] counts;
  private final long[] unpredicted;

  /**
   * Of nothing yet.
   *
   * @param classes the number of classes, at least 1
   */
  public ConfusionMatrix(int classes) {
    if (classes < 1) {
      throw new IllegalArgumentException("ConfusionMatrix classes: expected at least 1, got " + classes);
    }
    this.classes = classes;
    this.counts = new long[classes][classes];
    this.unpredicted = new long[classes];
  }

  @Override
  public void update(MemorySegment logits, MemorySegment labels, int rows, int classes) {
    if (classes != this.classes) {
      throw new IllegalArgumentException("ConfusionMatrix: expected " + this.classes + " classes, got " + classes);
    }
    Rows batch = new Rows(logits, labels, rows, classes);
    for (int r = 0; r < rows; r++) {
      if (!batch.ignored(r)) {
        int predicted = batch.predicted(r);
        if (predicted < 0) {
          unpredicted[batch.label(r)]++;
        } else {
          counts[batch.label(r)][predicted]++;
        }
      }
    }
  }

  /** The number of classes. */
  public int classes() {
    return classes;
  }

  /** How many rows of a class were taken for another, or for itself. */
  public long count(int actual, int predicted) {
    return counts[actual][predicted];
  }

  /** How many rows of a class had no prediction, for a logit that is not a number. */
  public long unpredicted(int actual) {
    return unpredicted[actual];
  }

  /** How many rows of a class there were. */
  public long rows(int actual) {
    return Arrays.stream(counts[actual]).sum() + unpredicted[actual];
  }

  /** The share of the rows taken for a class that are of it; NaN if none was. */
  public double precision(int predicted) {
    long taken = 0;
    for (long[] row : counts) {
      taken += row[predicted];
    }
    return (double) counts[predicted][predicted] / taken;
  }

  /** The share of the rows of a class that were taken for it; NaN if there was none. */
  public double recall(int actual) {
    return (double) counts[actual][actual] / rows(actual);
  }

  /** The counts of each class (first index) over its rows; zeros for a class without rows. */
  public double[][] normalized() {
    double[][] shares = new double[classes][classes];
    for (int a = 0; a < classes; a++) {
      double rows = Math.max(1, rows(a));
      for (int p = 0; p < classes; p++) {
        shares[a][p] = counts[a][p] / rows;
      }
    }
    return shares;
  }

  @Override
  public double value() {
    long right = 0;
    long all = 0;
    for (int c = 0; c < classes; c++) {
      right += counts[c][c];
      all += rows(c);
    }
    return (double) right / all;
  }

  @Override
  public void reset() {
    for (long[] row : counts) {
      Arrays.fill(row, 0);
    }
    Arrays.fill(unpredicted, 0);
  }
}
