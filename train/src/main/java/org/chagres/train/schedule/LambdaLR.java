package org.chagres.train.schedule;

import java.util.function.IntToDoubleFunction;
import org.chagres.train.optim.RateControlled;

/** Sets the rates to the base rates times a function of the step. */
public final class LambdaLR extends LRScheduler {
  private final IntToDoubleFunction[] factors;

  /**
   * A schedule by a function.
   *
   * @param optimizer what is scheduled
   * @param factors the factor of a step, counted from 0: one function for all groups or one for each
   */
  public LambdaLR(RateControlled optimizer, IntToDoubleFunction... factors) {
    super(optimizer);
    int groups = optimizer.groups();
    Rates.check(factors.length == 1 || factors.length == groups, "LambdaLR factors", "1 or " + groups + " functions",
        factors.length);
    this.factors = factors.clone();
    start();
  }

  @Override
  double first(int group) {
    return next(group);
  }

  @Override
  double restarted(int group) {
    return next(group);
  }

  @Override
  double next(int group) {
    return baseLr(group) * factors[factors.length == 1 ? 0 : group].applyAsDouble(lastEpoch());
  }
}
