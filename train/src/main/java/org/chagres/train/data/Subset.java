package org.chagres.train.data;

/** Some samples of a data set, by index. */
public final class Subset implements Dataset {
  private final Dataset dataset;
  private final long[] indices;

  /**
   * The samples at the given indices, in that order.
   *
   * @throws IllegalArgumentException if an index is not one of the data set
   */
  public Subset(Dataset dataset, long... indices) {
    long size = dataset.size();
    for (long i : indices) {
      if (i < 0 || i >= size) {
        throw new IllegalArgumentException("indices: " + i + " is not in a data set of " + size + " samples");
      }
    }
    this.dataset = dataset;
    this.indices = indices.clone();
  }

  /** The whole data set. */
  public Dataset dataset() {
    return dataset;
  }

  /** The indices into the whole data set. */
  public long[] indices() {
    return indices.clone();
  }

  /** The index into the whole data set. */
  long index(long of) {
    return indices[(int) of];
  }

  @Override
  public long size() {
    return indices.length;
  }

  @Override
  public SampleSpec spec() {
    return dataset.spec();
  }

  @Override
  public void read(long index, SampleBuffer out) {
    dataset.read(indices[(int) index], out);
  }
}
