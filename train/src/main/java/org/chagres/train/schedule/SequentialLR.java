package org.chagres.train.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.chagres.train.optim.RateControlled;

/**
 * One schedule after another: at each milestone the next one starts at its step 0 from the base rates.
 *
 * <pre>{@code
 * new SequentialLR(optimizer, List.of(
 *     new LinearLR(optimizer, 0.01, 1, 5),
 *     new CosineAnnealingLR(optimizer, 55)), 5)
 * }</pre>
 */
public final class SequentialLR extends LRScheduler {
  private final List<LRScheduler> schedulers;
  private final int[] milestones;

  /**
   * A sequence of schedules.
   *
   * @param optimizer what is scheduled; every scheduler must have been made for it
   * @param schedulers the schedules in order
   * @param milestones the steps at which the second, third, ... start: one fewer than schedulers, rising
   */
  public SequentialLR(RateControlled optimizer, List<LRScheduler> schedulers, int... milestones) {
    super(optimizer);
    Rates.check(!schedulers.isEmpty(), "SequentialLR schedulers", "at least 1", 0);
    Rates.check(milestones.length == schedulers.size() - 1, "SequentialLR milestones",
        schedulers.size() - 1 + " for " + schedulers.size() + " schedulers", milestones.length);
    for (int i = 0; i < milestones.length; i++) {
      Rates.check(milestones[i] > (i == 0 ? 0 : milestones[i - 1]), "SequentialLR milestones", "rising from 1",
          milestones[i]);
    }
    for (LRScheduler scheduler : schedulers) {
      Rates.check(scheduler.optimizer == optimizer, "SequentialLR schedulers", "schedulers of its own optimizer",
          "a " + scheduler.getClass().getSimpleName() + " of another");
    }
    this.schedulers = new ArrayList<>(schedulers);
    this.milestones = milestones.clone();
    start();
  }

  @Override
  void rewind() {
    // undoes what the schedulers did when they were made
    for (int g = 0; g < optimizer.groups(); g++) {
      optimizer.lr(g, baseLr(g));
    }
    schedulers.getFirst().start();
  }

  @Override
  double restarted(int group) {
    return optimizer.lr(group);
  }

  @Override
  void advance() {
    int at = 0;
    while (at < milestones.length && milestones[at] <= lastEpoch()) {
      at++;
    }
    if (at > 0 && milestones[at - 1] == lastEpoch()) {
      schedulers.get(at).restart();
    } else {
      schedulers.get(at).step();
    }
  }

  /** The rate that the scheduler in turn has just set. */
  @Override
  double next(int group) {
    return optimizer.lr(group);
  }

  @Override
  void save(Map<String, Double> state) {
    for (int i = 0; i < schedulers.size(); i++) {
      String prefix = i + ".";
      schedulers.get(i).state().forEach((key, value) -> state.put(prefix + key, value));
    }
  }

  @Override
  void restore(Map<String, Double> state) {
    for (int i = 0; i < schedulers.size(); i++) {
      String prefix = i + ".";
      SortedMap<String, Double> part = new TreeMap<>();
      state.forEach((key, value) -> {
        if (key.startsWith(prefix)) {
          part.put(key.substring(prefix.length()), value);
        }
      });
      schedulers.get(i).load(part);
    }
  }
}
