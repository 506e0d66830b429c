package org.chagres.train.schedule;

import java.util.Arrays;
import org.chagres.train.optim.RateControlled;

/** Multiplies the rates by gamma at each milestone. */
public final class MultiStepLR extends LRScheduler {
  private final int[] milestones;
  private final double gamma;

  /**
   * A schedule of milestones.
   *
   * @param optimizer what is scheduled
   * @param gamma the factor; PyTorch's default is 0.1
   * @param milestones the steps at which the rates change, in any order; one given twice counts twice
   */
  public MultiStepLR(RateControlled optimizer, double gamma, int... milestones) {
    super(optimizer);
    this.milestones = milestones.clone();
    this.gamma = gamma;
    start();
  }

  @Override
  double next(int group) {
    long times = Arrays.stream(milestones).filter(m -> m == lastEpoch()).count();
    return times == 0 ? optimizer.lr(group) : optimizer.lr(group) * StrictMath.pow(gamma, times);
  }
}
