package org.chagres.nn.modules;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.chagres.nn.backend.Recorder;
import org.chagres.nn.functional.BatchNormChain;
import org.chagres.nn.functional.BatchNormChain.Tail;
import org.chagres.nn.functional.FoldedNorm.Parts;
import org.chagres.nn.functional.Normalization;
import org.chagres.nn.functional.Normalization.Scale;
import org.chagres.nn.functional.Normalization.Statistics;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;

/** What the batch norms share: scale and shift, running statistics, PyTorch's defaults (eps 1e-5, momentum 0.1). */
abstract sealed class BatchNorm extends Layer permits BatchNorm1d, BatchNorm2d {

  private final int channels;
  private Scale scale;
  private Tensor runningMean;
  private Tensor runningVar;
  private Tensor batches;
  private boolean track = true;
  private double eps = 1e-5;
  private double momentum = 0.1;
  private boolean cumulative;

  BatchNorm(int channels) {
    option(channels > 0, "channels", "1 or more", channels);
    this.channels = channels;
    addScale();
    addStatistics();
  }

  private void addScale() {
    try (Scope none = Scope.suspend()) {
      scale = new Scale(
          Optional.of(parameter("weight", Tensor.ones(channels))),
          Optional.of(parameter("bias", Tensor.zeros(channels))));
    }
  }

  private void addStatistics() {
    try (Scope none = Scope.suspend()) {
      runningMean = buffer("running_mean", Tensor.zeros(channels));
      runningVar = buffer("running_var", Tensor.ones(channels));
      batches = buffer("num_batches_tracked", Tensor.full(DType.I64, 0));
    }
  }

  void setEps(double value) {
    option(value >= 0, "eps", "0 or more", value);
    eps = value;
  }

  void setMomentum(double value) {
    option(value >= 0 && value <= 1, "momentum", "0 to 1", value);
    momentum = value;
    cumulative = false;
  }

  void setCumulative() {
    cumulative = true;
  }

  void setAffine(boolean on) {
    if (on == scale.weight().isPresent()) {
      return;
    }
    if (on) {
      addScale();
    } else {
      removeParameter("weight");
      removeParameter("bias");
      scale = new Scale(Optional.empty(), Optional.empty());
    }
  }

  void setTrackRunningStats(boolean on) {
    if (on && !track) {
      addStatistics();
    } else if (!on && track) {
      removeBuffer("running_mean");
      removeBuffer("running_var");
      removeBuffer("num_batches_tracked");
    }
    track = on;
  }

  /** Scale of each channel, if it has one. */
  public Optional<Tensor> weight() {
    return scale.weight();
  }

  /** Shift of each channel, if it has one. */
  public Optional<Tensor> bias() {
    return scale.bias();
  }

  /** Running mean of each channel. */
  public Tensor runningMean() {
    return runningMean;
  }

  /** Running unbiased variance of each channel. */
  public Tensor runningVar() {
    return runningVar;
  }

  abstract boolean takes(int rank);

  abstract String shapes();

  @Override
  protected Tensor compute(Tensor x) {
    if (!takes(x.rank()) || x.size(1) != channels) {
      throw new IllegalArgumentException(
          "expected " + shapes() + " with " + channels + " channels in dimension 1, got "
              + java.util.Arrays.toString(x.shape()));
    }
    Tensor y = Normalization.batchNorm(x, scale, running(), isTraining(), eps);
    countBatch();
    return y;
  }

  private Optional<Statistics> running() {
    if (!track) {
      return Optional.empty();
    }
    double factor = momentum;
    if (cumulative && isTraining()) {
      Recorder.refuse("a cumulative momentum changes with each batch");
      factor = 1.0 / (batches.item() + 1);
    }
    return Optional.of(new Statistics(runningMean, runningVar, factor));
  }

  /** Counts a batch, once it is known to fit. */
  private void countBatch() {
    if (!isTraining() || !track) {
      return;
    }
    if (batches.backend().queues()) {
      batches.addInPlace(Tensor.full(batches.device(), DType.I64, 1));
    } else {
      Recorder.host(this::count);
    }
  }

  private void count() {
    MemorySegment value = batches.data();
    value.set(ValueLayout.JAVA_LONG, 0, value.get(ValueLayout.JAVA_LONG, 0) + 1);
    batches.changed();
  }

  /** Whether it can be run with the ReLU after it on this input, as is usual; else they are run one after another. */
  boolean chains(Tensor x) {
    boolean image = x.rank() == 4 && x.dtype() == DType.F32 && x.size(1) == channels && takes(4);
    return image && x.count() > channels && x.device().equals(runningMean.device());
  }

  /** Itself, a ReLU and what follows that. */
  Tensor chain(Tensor x, Tail tail) {
    Tensor y;
    try {
      y = BatchNormChain.batchNormRelu(x, scale, running(), isTraining(), eps, tail);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path() + ": " + e.getMessage(), e);
    }
    countBatch();
    return y;
  }

  /** Whether it is but a scale and a shift of so many channels that do not change from batch to batch. */
  boolean folds(int out) {
    return out == channels && track && !isTraining();
  }

  /** Itself and a convolution's weight and bias. */
  Parts foldInto(Tensor weight, Optional<Tensor> bias) {
    return new Parts(weight, bias, scale, new Statistics(runningMean, runningVar, 0), eps);
  }

  @Override
  protected String options() {
    return channels + ", eps=" + eps + ", momentum=" + (cumulative ? "cumulative" : momentum) + ", affine="
        + scale.weight().isPresent() + ", track_running_stats=" + track;
  }
}
