package org.chagres.train.schedule;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import org.chagres.train.optim.RateControlled;

/**
 * A schedule that depends on nothing but the number of steps. Being made, it sets the rates of step 0; call {@link
 * #step} after each step of the optimizer (or after each epoch, as the schedule is meant).
 *
 * <p>As in PyTorch most schedules multiply the rate they find, so several of them may act on one optimizer, and a
 * rate set by hand stays in effect.
 */
public abstract class LRScheduler implements Scheduler {
  final RateControlled optimizer;
  private final double[] baseLrs;
  private double[] lastLr = new double[0];
  private int lastEpoch;

  /** A subclass sets its fields and then calls {@link #start}. */
  LRScheduler(RateControlled optimizer) {
    this.optimizer = optimizer;
    this.baseLrs = Rates.initial(optimizer);
  }

  /** The rate of a group at step 0, from the rate it has. */
  double first(int group) {
    return optimizer.lr(group);
  }

  /** The rate of a group at step 0, whatever rate it has: where a {@link SequentialLR} comes to this schedule. */
  double restarted(int group) {
    return baseLr(group);
  }

  /** The rate of a group at step {@link #lastEpoch}, at least 1, from the rate it has. */
  abstract double next(int group);

  /** Called before the rates of a step are worked out; {@link #lastEpoch} is already that of the step. */
  void advance() {}

  /** Called when {@link #lastEpoch} goes back to 0. */
  void rewind() {}

  /** Sets the rates of step 0, as the last act of a constructor. */
  final void start() {
    lastEpoch = 0;
    rewind();
    set(this::first);
  }

  /** Begins anew at step 0 from the base rates. */
  void restart() {
    lastEpoch = 0;
    rewind();
    set(this::restarted);
  }

  /** Goes one step on and sets the rates of every group. */
  public void step() {
    lastEpoch++;
    advance();
    set(this::next);
  }

  /** The number of steps taken. */
  public final int lastEpoch() {
    return lastEpoch;
  }

  /** The rate from which a group started. */
  final double baseLr(int group) {
    return baseLrs[group];
  }

  @Override
  public double[] lastLr() {
    return lastLr.clone();
  }

  @Override
  public SortedMap<String, Double> state() {
    SortedMap<String, Double> state = new TreeMap<>();
    state.put("lastEpoch", (double) lastEpoch);
    for (int g = 0; g < baseLrs.length; g++) {
      state.put("base." + g, baseLrs[g]);
      state.put("lr." + g, optimizer.lr(g));
    }
    save(state);
    return state;
  }

  @Override
  public void load(Map<String, Double> state) {
    Rates.checkKeys(this, state().keySet(), state.keySet());
    lastEpoch = state.get("lastEpoch").intValue();
    for (int g = 0; g < baseLrs.length; g++) {
      baseLrs[g] = state.get("base." + g);
      optimizer.lr(g, state.get("lr." + g));
    }
    lastLr = Rates.now(optimizer);
    restore(state);
  }

  /** Adds what a subclass keeps beyond the step and the rates. */
  void save(Map<String, Double> state) {}

  /** Takes back what {@link #save} added. */
  void restore(Map<String, Double> state) {}

  private void set(IntToDoubleFunction rate) {
    for (int g = 0; g < baseLrs.length; g++) {
      optimizer.lr(g, rate.applyAsDouble(g));
    }
    lastLr = Rates.now(optimizer);
  }
}
