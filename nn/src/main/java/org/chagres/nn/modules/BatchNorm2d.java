package org.chagres.nn.modules;

/**
 * Batch norm over the channels of (N, C, H, W) (Ioffe and Szegedy, 2015): (x - mean) / √(variance + eps) · weight + bias.
 *
 * <p>In training the batch's own statistics are used and the running ones brought up to date (variance unbiased); in evaluation
 * the running ones are used. State: {@code weight}, {@code bias}, {@code running_mean}, {@code running_var}, {@code
 * num_batches_tracked}.
 */
public final class BatchNorm2d extends BatchNorm {

  /** Over so many channels. */
  public BatchNorm2d(int channels) {
    super(channels);
  }

  /** Added to the variance; 1e-5 unless set. */
  public BatchNorm2d eps(double value) {
    setEps(value);
    return this;
  }

  /** Share of the new value in a running statistic's update; 0.1 unless set. */
  public BatchNorm2d momentum(double value) {
    setMomentum(value);
    return this;
  }

  /** Running statistics as plain averages over all batches, as PyTorch's {@code momentum=None}. */
  public BatchNorm2d cumulativeAverage() {
    setCumulative();
    return this;
  }

  /** With or without weight and bias. */
  public BatchNorm2d affine(boolean on) {
    setAffine(on);
    return this;
  }

  /** With or without running statistics; without, the batch's are used in evaluation too. */
  public BatchNorm2d trackRunningStats(boolean on) {
    setTrackRunningStats(on);
    return this;
  }

  @Override
  boolean takes(int rank) {
    return rank == 4;
  }

  @Override
  String shapes() {
    return "(N, C, H, W)";
  }
}
