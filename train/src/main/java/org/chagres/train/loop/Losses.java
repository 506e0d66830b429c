package org.chagres.train.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.train.checkpoint.Progress;
import org.chagres.train.data.Batch;
import org.chagres.train.optim.Optimizer;

/**
 * The losses of an epoch's steps. A GPU's are gathered there and read together now and then, since to read one waits for all that is
 * queued; the CPU's are there at once. The sum is the same either way.
 */
final class Losses {

  /** Steps whose losses are read together; a display shows none newer. */
  private static final int MOST = 32;

  /** What a message needs to know of a step. */
  private record Step(long number, long epoch, long batch, int size, double lr) {}

  private final Optimizer optimizer;
  private final List<Step> unread = new ArrayList<>();
  private double sum;
  private long samples;
  /** Made on the device of the first loss, where losses are read together. */
  private Tensor gathered;

  /** Goes on with those of an epoch. */
  Losses(Progress progress, Optimizer optimizer) {
    this.optimizer = optimizer;
    sum = progress.lossSum();
    samples = progress.samples();
  }

  /**
   * Adds a step's.
   *
   * @throws TrainingException if it is, or an earlier one turns out to be, no finite number
   */
  void add(Tensor loss, Batch batch, long step) {
    Step done = new Step(step + 1, batch.epoch() + 1, batch.index() + 1, batch.size(), optimizer.lr(0));
    if (!loss.backend().queues()) {
      count(loss.item(), done);
      return;
    }
    if (gathered == null) {
      try (Scope none = Scope.suspend()) {
        gathered = Tensor.full(loss.device(), loss.dtype(), 0, MOST);
      }
    }
    try (Grad off = Grad.disabled();
        Scope scope = Scope.open()) {
      int at = unread.size();
      gathered.slice(0, at, at + 1).copyFrom(loss.detach().reshape(1));
    }
    unread.add(done);
    if (unread.size() == MOST || samples == 0) {
      read();
    }
  }

  /**
   * Reads those that were gathered, and waits for them.
   *
   * @throws TrainingException if one is no finite number
   */
  void read() {
    if (unread.isEmpty()) {
      return;
    }
    float[] values;
    try (Scope scope = Scope.open()) {
      values = gathered.toFloats();
    }
    for (int i = 0; i < unread.size(); i++) {
      count(values[i], unread.get(i));
    }
    unread.clear();
  }

  private void count(double loss, Step step) {
    if (!Double.isFinite(loss)) {
      throw new TrainingException(String.format(
          Locale.ROOT, "loss is %s at step %d (epoch %d, batch %d, learning rate %.3g); the last checkpoint is kept",
          Double.isNaN(loss) ? "NaN" : "infinite", step.number, step.epoch, step.batch, step.lr));
    }
    sum += loss * step.size;
    samples += step.size;
  }

  /** The mean of those read so far. */
  double mean() {
    return sum / samples;
  }

  /** How many samples they are of. */
  long samples() {
    return samples;
  }

  /** How far the run has come with those read so far. */
  Progress progress(long step, Progress before, double seconds) {
    return new Progress(step, before.best(), before.stale(), sum, samples, seconds);
  }
}
