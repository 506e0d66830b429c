package org.chagres.train.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongUnaryOperator;

/**
 * Samples drawn with the given weights: the common cure for classes of uneven size.
 *
 * <p>With replacement, a draw is a binary search in the summed weights. Without, the draws are the largest keys
 * {@code log(u) / w} (Efraimidis and Spirakis 2006), which is the same as drawing one after another.
 */
public final class WeightedRandomSampler implements Sampler {
  private final double[] weights;
  private final double[] sums;
  private final int draws;
  private final boolean replacement;
  private final long seed;

  /**
   * Draws of an epoch.
   *
   * @param weights of each sample of the data set: finite, 0 or more, not all 0; they need not add up to 1
   * @param draws positions of an epoch; without replacement at most the number of weights above 0
   * @param replacement whether a sample may be drawn more than once an epoch
   * @param seed of the draws
   */
  public WeightedRandomSampler(double[] weights, int draws, boolean replacement, long seed) {
    if (draws < 1) {
      throw new IllegalArgumentException("draws: expected at least 1, got " + draws);
    }
    this.weights = weights.clone();
    sums = new double[weights.length];
    double sum = 0;
    int positive = 0;
    for (int i = 0; i < weights.length; i++) {
      if (!(weights[i] >= 0) || Double.isInfinite(weights[i])) {
        throw new IllegalArgumentException("weights: expected finite and 0 or more, got " + weights[i] + " at " + i);
      }
      positive += weights[i] > 0 ? 1 : 0;
      sum += weights[i];
      sums[i] = sum;
    }
    if (positive == 0 || Double.isInfinite(sum)) {
      throw new IllegalArgumentException("weights: expected a finite sum above 0, got " + sum);
    }
    if (!replacement && draws > positive) {
      throw new IllegalArgumentException(
          "draws: " + draws + " without replacement from " + positive + " samples with a weight above 0");
    }
    this.draws = draws;
    this.replacement = replacement;
    this.seed = seed;
  }

  @Override
  public long size() {
    return draws;
  }

  @Override
  public LongUnaryOperator indices(long epoch) {
    long key = SampleRandom.hash(SampleRandom.mix(seed), epoch);
    if (replacement) {
      return position -> draw(new SampleRandom(SampleRandom.hash(key, position)).nextDouble());
    }
    int[] order = drawWithout(new SampleRandom(key));
    return position -> order[(int) position];
  }

  private int draw(double u) {
    double x = u * sums[sums.length - 1];
    int found = Arrays.binarySearch(sums, x);
    int i = found < 0 ? -found - 1 : found;
    // The sample drawn is the first whose sum is above x; weights of 0 share a sum with the one before.
    while (i < sums.length - 1 && (sums[i] <= x || weights[i] == 0)) {
      i++;
    }
    while (weights[i] == 0) { // x rounded up to the whole sum, and the last weights are 0
      i--;
    }
    return i;
  }

  private int[] drawWithout(SampleRandom random) {
    record Draw(double key, int index) {}
    var best = new PriorityQueue<Draw>(draws + 1, Comparator.comparingDouble(Draw::key));
    for (int i = 0; i < weights.length; i++) {
      double u = 1.0 - random.nextDouble(); // in (0, 1]
      if (weights[i] > 0) {
        best.add(new Draw(Math.log(u) / weights[i], i));
        if (best.size() > draws) {
          best.poll();
        }
      }
    }
    int[] order = new int[draws];
    for (int i = draws - 1; i >= 0; i--) {
      order[i] = best.remove().index();
    }
    return order;
  }
}
