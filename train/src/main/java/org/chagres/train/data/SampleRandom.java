package org.chagres.train.data;

import java.util.random.RandomGenerator;

/**
 * The generator of one sample's augmentation: SplitMix64 (Steele, Lea, Flood 2014), started from a hash of the
 * loader's seed, the epoch, the sample's index and its position in the epoch.
 *
 * <p>It depends on nothing else, so the same sample is augmented in the same way with any number of workers and after
 * a resume; the position is part of it so that a sample drawn twice in an epoch is augmented twice.
 */
public final class SampleRandom implements RandomGenerator {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** A generator started from a seed. */
  public SampleRandom(long seed) {
    state = mix(seed);
  }

  /** Starts again from the numbers given. */
  public void seed(long seed, long epoch, long index, long position) {
    state = hash(hash(hash(mix(seed), epoch), index), position);
  }

  /** Starts again from one number. */
  public void seed(long seed) {
    state = mix(seed);
  }

  @Override
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** True with the given probability; always takes exactly one draw. */
  public boolean nextBoolean(double probability) {
    return nextDouble() < probability;
  }

  /** Folds a number into a hash. */
  static long hash(long hash, long value) {
    return mix((hash + GAMMA) ^ mix(value + GAMMA));
  }

  /** The finalizer of SplitMix64: a bijection in which every bit of the input reaches every bit of the output. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
