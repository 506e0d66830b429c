package org.chagres.train.data;

/**
 * Samples by number: PyTorch's map-style data set.
 *
 * <p>{@link #read} is {@code __getitem__}, except that the sample is written to the place it is needed:
 * {@link SampleBuffer} is a window on the sample's row in the batch. Where speed does not matter, extend
 * {@link CustomDataset} and return arrays.
 *
 * <p>A loader's workers call {@link #read} at the same time, each with a buffer of its own; an implementation must
 * allow that.
 */
public interface Dataset {

  /** How many samples there are: {@code __len__}. */
  long size();

  /** Type and shape of a sample; the same for all. */
  SampleSpec spec();

  /**
   * Writes one sample, all of its input and its target.
   *
   * @param index from 0 to {@code size() - 1}; the caller has checked it
   * @param out the sample's place; what it held before is not defined
   * @throws DataException if the sample cannot be read
   */
  void read(long index, SampleBuffer out);
}
