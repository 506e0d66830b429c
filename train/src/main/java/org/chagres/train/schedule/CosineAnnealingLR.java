package org.chagres.train.schedule;

import org.chagres.train.optim.RateControlled;

/**
 * Lets the rates fall along half a cosine.
 *
 * @see <a href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter, SGDR</a>, here without restarts
 */
public final class CosineAnnealingLR extends LRScheduler {
  private final int tMax;
  private final double etaMin;

  /** Down to 0. */
  public CosineAnnealingLR(RateControlled optimizer, int tMax) {
    this(optimizer, tMax, 0);
  }

  /**
   * A cosine schedule.
   *
   * @param optimizer what is scheduled
   * @param tMax the step at which the least rate is reached; beyond it the rates rise again
   * @param etaMin the least rate
   */
  public CosineAnnealingLR(RateControlled optimizer, int tMax, double etaMin) {
    super(optimizer);
    Rates.check(tMax > 0, "CosineAnnealingLR tMax", "at least 1", tMax);
    this.tMax = tMax;
    this.etaMin = etaMin;
    start();
  }

  @Override
  double next(int group) {
    double lr = optimizer.lr(group);
    // one step past the trough the quotient below is 0 / 0
    if ((lastEpoch() - 1 - tMax) % (2L * tMax) == 0) {
      return lr + (baseLr(group) - etaMin) * (1 - StrictMath.cos(Math.PI / tMax)) / 2;
    }
    return height(lastEpoch()) / height(lastEpoch() - 1) * (lr - etaMin) + etaMin;
  }

  private double height(int step) {
    return 1 + StrictMath.cos(Math.PI * step / tMax);
  }
}
