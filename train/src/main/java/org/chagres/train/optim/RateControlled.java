package org.chagres.train.optim;

import java.util.OptionalDouble;

/**
 * What a learning-rate schedule needs of an optimizer: a rate for each group of parameters and, where the method has
 * one, a momentum.
 */
public interface RateControlled {

  /** The number of groups, at least 1. */
  int groups();

  /** The learning rate of a group. */
  double lr(int group);

  /** Sets the learning rate of a group; takes effect at the next step. */
  void lr(int group, double value);

  /**
   * The rate of a group from which schedules count: empty until the first scheduler takes down the rate it finds. So
   * several schedulers on one optimizer agree on where they started, though each changes the rate when it is made.
   */
  OptionalDouble initialLr(int group);

  /** Takes down the rate from which schedules count. */
  void initialLr(int group, double value);

  /** Whether the method has a momentum (SGD with momentum, RMSprop) or a first beta (Adam). */
  boolean hasMomentum();

  /**
   * The momentum or the first beta of a group.
   *
   * @throws UnsupportedOperationException if the method has none
   */
  double momentum(int group);

  /**
   * Sets the momentum or the first beta of a group.
   *
   * @throws UnsupportedOperationException if the method has none
   */
  void momentum(int group, double value);
}
