package org.chagres.train.data;

import java.util.function.LongUnaryOperator;

/** Some samples of a data set, in a new random order each epoch. */
public final class SubsetRandomSampler implements Sampler {
  private final long[] indices;
  private final RandomSampler order;

  /**
   * Over the given indices.
   *
   * @param indices into the data set; the loader checks them against its size
   * @param seed of the permutations
   */
  public SubsetRandomSampler(long[] indices, long seed) {
    this.indices = indices.clone();
    order = new RandomSampler(indices.length, seed);
  }

  @Override
  public long size() {
    return indices.length;
  }

  @Override
  public LongUnaryOperator indices(long epoch) {
    LongUnaryOperator shuffled = order.indices(epoch);
    return position -> indices[(int) shuffled.applyAsLong(position)];
  }
}
