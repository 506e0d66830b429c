package org.chagres.train.data;

import java.util.function.LongUnaryOperator;

/** Samples in the order of the data set. */
public final class SequentialSampler implements Sampler {
  private final long size;

  /** Over a data set of the given size. */
  public SequentialSampler(long size) {
    if (size < 0) {
      throw new IllegalArgumentException("size: expected 0 or more, got " + size);
    }
    this.size = size;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public LongUnaryOperator indices(long epoch) {
    return LongUnaryOperator.identity();
  }
}
