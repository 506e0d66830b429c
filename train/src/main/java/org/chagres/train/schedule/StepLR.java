package org.chagres.train.schedule;

import org.chagres.train.optim.RateControlled;

/** Multiplies the rates by gamma every so many steps. */
public final class StepLR extends LRScheduler {
  private final int stepSize;
  private final double gamma;

  /**
   * A step schedule.
   *
   * @param optimizer what is scheduled
   * @param stepSize steps between two changes
   * @param gamma the factor; PyTorch's default is 0.1
   */
  public StepLR(RateControlled optimizer, int stepSize, double gamma) {
    super(optimizer);
    Rates.check(stepSize > 0, "StepLR stepSize", "at least 1", stepSize);
    this.stepSize = stepSize;
    this.gamma = gamma;
    start();
  }

  @Override
  double next(int group) {
    return lastEpoch() % stepSize == 0 ? optimizer.lr(group) * gamma : optimizer.lr(group);
  }
}
