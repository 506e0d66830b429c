package org.chagres.train.data;

import java.util.Arrays;
import java.util.List;

/** Data sets one behind the other; all have the same {@link SampleSpec}. */
public final class ConcatDataset implements Dataset {
  private final Dataset[] parts;
  private final long[] ends;

  /**
   * The parts in order.
   *
   * @throws IllegalArgumentException if there is none, or their samples differ in type or shape
   */
  public ConcatDataset(List<? extends Dataset> datasets) {
    if (datasets.isEmpty()) {
      throw new IllegalArgumentException("datasets: expected at least one, got none");
    }
    parts = datasets.toArray(Dataset[]::new);
    ends = new long[parts.length];
    long end = 0;
    for (int i = 0; i < parts.length; i++) {
      if (!parts[i].spec().equals(parts[0].spec())) {
        throw new IllegalArgumentException(
            "datasets: number " + i + " has samples " + parts[i].spec() + ", number 0 has " + parts[0].spec());
      }
      end += parts[i].size();
      ends[i] = end;
    }
  }

  @Override
  public long size() {
    return ends[ends.length - 1];
  }

  @Override
  public SampleSpec spec() {
    return parts[0].spec();
  }

  @Override
  public void read(long index, SampleBuffer out) {
    int found = Arrays.binarySearch(ends, index);
    int part = found < 0 ? -found - 1 : found + 1;
    while (parts[part].size() == 0) { // only empty parts share an end with the one before
      part++;
    }
    parts[part].read(index - (part == 0 ? 0 : ends[part - 1]), out);
  }
}
