package org.chagres.train.schedule;

import java.util.Map;
import java.util.SortedMap;

/** A schedule of learning rates, as far as a checkpoint and a log need to know it. */
public interface Scheduler {

  /** The rate of each group after the last step. */
  double[] lastLr();

  /**
   * All that changes while training, by name: how far the schedule has come, the rates it counts from, and the
   * optimizer's rates now. Every value is finite. Options are not part of it.
   */
  SortedMap<String, Double> state();

  /**
   * Goes on from a saved state; the optimizer gets the rates it had then. The scheduler must have been made with the
   * same options and number of groups.
   *
   * @param state what {@link #state} gave
   * @throws IllegalArgumentException if the state is not of such a scheduler
   */
  void load(Map<String, Double> state);
}
