package org.chagres.train.schedule;

import org.chagres.train.optim.RateControlled;

/** Multiplies the rates by gamma at every step. */
public final class ExponentialLR extends LRScheduler {
  private final double gamma;

  /**
   * An exponential schedule.
   *
   * @param optimizer what is scheduled
   * @param gamma the factor
   */
  public ExponentialLR(RateControlled optimizer, double gamma) {
    super(optimizer);
    this.gamma = gamma;
    start();
  }

  @Override
  double next(int group) {
    return optimizer.lr(group) * gamma;
  }
}
