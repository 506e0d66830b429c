package org.chagres.train.metrics;

/** The mean of a loss over all rows, from means over batches that may differ in size. */
public final class MeanLoss implements Metric {
  private double sum;
  private long rows;

  /** Of nothing yet. */
  public MeanLoss() {}

  /**
   * Adds a batch.
   *
   * @param loss the mean over the batch; one that is not a number stays visible in {@link #value}
   * @param rows rows of the batch
   */
  public void update(double loss, long rows) {
    if (rows < 0) {
      throw new IllegalArgumentException("MeanLoss rows: expected at least 0, got " + rows);
    }
    if (rows > 0) {
      sum += loss * rows;
      this.rows += rows;
    }
  }

  @Override
  public double value() {
    return sum / rows;
  }

  @Override
  public void reset() {
    sum = 0;
    rows = 0;
  }
}
