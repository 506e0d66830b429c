package org.chagres.train.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What can be done with any data set. */
public final class Datasets {

  private Datasets() {}

  /**
   * Cuts a data set into parts at random: PyTorch's {@code random_split}. The same seed gives the same parts, so a
   * training part with augmentation and a validation part without are {@code randomSplit(augmented, ...)[0]} and
   * {@code randomSplit(plain, ...)[1]}.
   *
   * @param dataset what to cut
   * @param lengths samples of each part; together all of the data set
   * @param seed of the permutation
   */
  public static List<Subset> randomSplit(Dataset dataset, long[] lengths, long seed) {
    long sum = 0;
    for (long length : lengths) {
      if (length < 0) {
        throw new IllegalArgumentException("lengths: expected 0 or more each, got " + Arrays.toString(lengths));
      }
      sum += length;
    }
    if (sum != dataset.size()) {
      throw new IllegalArgumentException(
          "lengths: " + Arrays.toString(lengths) + " add up to " + sum + ", the data set has " + dataset.size());
    }
    int[] order = Permutation.of(RandomSampler.checkedSize(dataset.size()), new SampleRandom(seed));
    var parts = new ArrayList<Subset>(lengths.length);
    int start = 0;
    for (long length : lengths) {
      long[] indices = new long[(int) length];
      for (int i = 0; i < indices.length; i++) {
        indices[i] = order[start + i];
      }
      start += indices.length;
      parts.add(new Subset(dataset, indices));
    }
    return List.copyOf(parts);
  }
}
