package org.chagres.train.data;

import java.util.function.LongUnaryOperator;

/**
 * Samples in random order: a new permutation each epoch, or draws with replacement.
 *
 * <p>A permutation takes four bytes a sample for as long as its epoch lasts.
 */
public final class RandomSampler implements Sampler {
  private final int population;
  private final long draws;
  private final boolean replacement;
  private final long seed;

  /** Each sample once an epoch. */
  public RandomSampler(long size, long seed) {
    this(checkedSize(size), size, false, seed);
  }

  private RandomSampler(int population, long draws, boolean replacement, long seed) {
    this.population = population;
    this.draws = draws;
    this.replacement = replacement;
    this.seed = seed;
  }

  /**
   * Draws with replacement: each position is any sample, independent of the others.
   *
   * @param size samples of the data set, at least 1
   * @param draws positions of an epoch
   * @param seed of the draws
   */
  public static RandomSampler withReplacement(long size, long draws, long seed) {
    if (size < 1) {
      throw new IllegalArgumentException("size: expected at least 1, got " + size);
    }
    if (draws < 1) {
      throw new IllegalArgumentException("draws: expected at least 1, got " + draws);
    }
    return new RandomSampler(checkedSize(size), draws, true, seed);
  }

  static int checkedSize(long size) {
    if (size < 0 || size > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("size: expected 0 to 2147483639 samples to shuffle, got " + size);
    }
    return (int) size;
  }

  @Override
  public long size() {
    return draws;
  }

  @Override
  public LongUnaryOperator indices(long epoch) {
    long key = SampleRandom.hash(SampleRandom.mix(seed), epoch);
    if (replacement) {
      return position -> new SampleRandom(SampleRandom.hash(key, position)).nextInt(population);
    }
    int[] order = Permutation.of(population, new SampleRandom(key));
    return position -> order[(int) position];
  }
}
