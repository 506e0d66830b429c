package org.chagres.train.metrics;

import java.lang.foreign.MemorySegment;

/** The share of rows whose right class is the one predicted. */
public final class Accuracy implements ClassMetric {
  private final TopK top1 = new TopK(1);

  /** Of nothing yet. */
  public Accuracy() {}

  @Override
  public void update(MemorySegment logits, MemorySegment labels, int rows, int classes) {
    top1.update(logits, labels, rows, classes);
  }

  @Override
  public double value() {
    return top1.value();
  }

  @Override
  public void reset() {
    top1.reset();
  }
}
