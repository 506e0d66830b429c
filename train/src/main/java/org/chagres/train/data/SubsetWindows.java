package org.chagres.train.data;

import java.lang.foreign.MemorySegment;
import org.chagres.nn.backend.ImageWindows;

/** Some samples of a data set of windows, over all of its images. */
record SubsetWindows(Subset subset, WindowDataset all) implements WindowDataset {

  /**
   * A data set as one of windows.
   *
   * @throws IllegalArgumentException if it is none
   */
  static WindowDataset of(Dataset dataset) {
    if (dataset instanceof WindowDataset windows) {
      return windows;
    }
    if (dataset instanceof Subset part) {
      return new SubsetWindows(part, of(part.dataset()));
    }
    throw new IllegalArgumentException("DataLoader resident: expected a data set of images or a subset of one, got "
        + dataset.getClass().getName());
  }

  @Override
  public long size() {
    return subset.size();
  }

  @Override
  public SampleSpec spec() {
    return subset.spec();
  }

  @Override
  public void read(long index, SampleBuffer out) {
    subset.read(index, out);
  }

  @Override
  public ImageWindows images() {
    return all.images();
  }

  @Override
  public void image(long image, MemorySegment to) {
    all.image(image, to);
  }

  @Override
  public Window window(long index, SampleBuffer at) {
    return all.window(subset.index(index), at);
  }
}
