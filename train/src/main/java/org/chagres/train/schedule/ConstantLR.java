package org.chagres.train.schedule;

import org.chagres.train.optim.RateControlled;

/** Multiplies the rates by a factor until a number of steps has passed, then takes it back. */
public final class ConstantLR extends LRScheduler {
  private final double factor;
  private final int totalIters;

  /** A third of the rate for five steps. */
  public ConstantLR(RateControlled optimizer) {
    this(optimizer, 1.0 / 3, 5);
  }

  /**
   * A constant schedule.
   *
   * @param optimizer what is scheduled
   * @param factor the factor, above 0 and at most 1
   * @param totalIters the step at which it ends
   */
  public ConstantLR(RateControlled optimizer, double factor, int totalIters) {
    super(optimizer);
    Rates.check(factor > 0 && factor <= 1, "ConstantLR factor", "above 0 and at most 1", factor);
    Rates.check(totalIters >= 0, "ConstantLR totalIters", "at least 0", totalIters);
    this.factor = factor;
    this.totalIters = totalIters;
    start();
  }

  @Override
  double first(int group) {
    return optimizer.lr(group) * factor;
  }

  @Override
  double restarted(int group) {
    return baseLr(group) * factor;
  }

  @Override
  double next(int group) {
    return lastEpoch() == totalIters ? optimizer.lr(group) * (1 / factor) : optimizer.lr(group);
  }
}
