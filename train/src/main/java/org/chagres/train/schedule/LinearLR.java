package org.chagres.train.schedule;

import org.chagres.train.optim.RateControlled;

/** Lets a factor on the rates run linearly from one value to another, most often to warm up. */
public final class LinearLR extends LRScheduler {
  private final double startFactor;
  private final double endFactor;
  private final int totalIters;

  /** From a third of the rate to the whole in five steps. */
  public LinearLR(RateControlled optimizer) {
    this(optimizer, 1.0 / 3, 1, 5);
  }

  /**
   * A linear schedule.
   *
   * @param optimizer what is scheduled
   * @param startFactor the factor at step 0, above 0 and at most 1
   * @param endFactor the factor at the end, 0 to 1
   * @param totalIters the step at which the end is reached
   */
  public LinearLR(RateControlled optimizer, double startFactor, double endFactor, int totalIters) {
    super(optimizer);
    Rates.check(startFactor > 0 && startFactor <= 1, "LinearLR startFactor", "above 0 and at most 1", startFactor);
    Rates.check(endFactor >= 0 && endFactor <= 1, "LinearLR endFactor", "0 to 1", endFactor);
    Rates.check(totalIters > 0, "LinearLR totalIters", "at least 1", totalIters);
    this.startFactor = startFactor;
    this.endFactor = endFactor;
    this.totalIters = totalIters;
    start();
  }

  @Override
  double first(int group) {
    return optimizer.lr(group) * startFactor;
  }

  @Override
  double restarted(int group) {
    return baseLr(group) * startFactor;
  }

  @Override
  double next(int group) {
    if (lastEpoch() > totalIters) {
      return optimizer.lr(group);
    }
    double rise = endFactor - startFactor;
    return optimizer.lr(group) * (1 + rise / (totalIters * startFactor + (lastEpoch() - 1) * rise));
  }
}
