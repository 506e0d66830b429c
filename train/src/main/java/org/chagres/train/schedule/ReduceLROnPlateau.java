package org.chagres.train.schedule;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.chagres.train.optim.RateControlled;

/** Lowers the rates when a measure, such as the validation loss, has stopped getting better. */
public final class ReduceLROnPlateau implements Scheduler {
  private final RateControlled optimizer;
  private final Options options;
  private final double[] minLrs;
  private double[] lastLr;
  private double best;
  private int badEpochs;
  private int cooldown;
  private int lastEpoch;

  /** With PyTorch's defaults. */
  public ReduceLROnPlateau(RateControlled optimizer) {
    this(optimizer, Options.DEFAULTS, 0);
  }

  /**
   * A schedule by a measure.
   *
   * @param optimizer what is scheduled
   * @param options when the rates are lowered and by how much
   * @param minLr the least rate, one for all groups or one for each; 0 unless given
   */
  public ReduceLROnPlateau(RateControlled optimizer, Options options, double... minLr) {
    this.optimizer = optimizer;
    this.options = options;
    this.minLrs = Rates.perGroup(optimizer, "ReduceLROnPlateau minLr", minLr.length == 0 ? new double[1] : minLr);
    this.best = worst();
    this.lastLr = Rates.now(optimizer);
  }

  /** Which way is better. */
  public enum Mode {
    /** Lower, as of a loss. */
    MIN,
    /** Higher, as of an accuracy. */
    MAX
  }

  /** What the threshold is relative to. */
  public enum ThresholdMode {
    /** A share of the best value. */
    REL,
    /** A difference from it. */
    ABS
  }

  /**
   * When and by how much; {@link #DEFAULTS} are PyTorch's.
   *
   * @param mode which way is better
   * @param factor what the rates are multiplied by, 0 to below 1
   * @param patience epochs without a better value that are let pass
   * @param threshold how much better counts
   * @param thresholdMode what the threshold is relative to
   * @param cooldown epochs after a reduction in which nothing is counted
   * @param eps the least change of a rate; a smaller one is not made
   */
  public record Options(Mode mode, double factor, int patience, double threshold, ThresholdMode thresholdMode,
      int cooldown, double eps) {
    /** A lower value is better; a tenth after more than 10 epochs; threshold 1e-4 relative; no cooldown; eps 1e-8. */
    public static final Options DEFAULTS = new Options(Mode.MIN, 0.1, 10, 1e-4, ThresholdMode.REL, 0, 1e-8);

    /** Checks the values. */
    public Options {
      Rates.check(factor >= 0 && factor < 1, "ReduceLROnPlateau factor", "0 to below 1", factor);
      Rates.check(patience >= 0, "ReduceLROnPlateau patience", "at least 0", patience);
      Rates.check(cooldown >= 0, "ReduceLROnPlateau cooldown", "at least 0", cooldown);
    }

    /** With another {@link #mode}. */
    public Options mode(Mode value) {
      return new Options(value, factor, patience, threshold, thresholdMode, cooldown, eps);
    }

    /** With another {@link #factor}. */
    public Options factor(double value) {
      return new Options(mode, value, patience, threshold, thresholdMode, cooldown, eps);
    }

    /** With another {@link #patience}. */
    public Options patience(int value) {
      return new Options(mode, factor, value, threshold, thresholdMode, cooldown, eps);
    }

    /** With another {@link #threshold} and what it is relative to. */
    public Options threshold(double value, ThresholdMode relativeTo) {
      return new Options(mode, factor, patience, value, relativeTo, cooldown, eps);
    }

    /** With another {@link #cooldown}. */
    public Options cooldown(int value) {
      return new Options(mode, factor, patience, threshold, thresholdMode, value, eps);
    }

    /** With another {@link #eps}. */
    public Options eps(double value) {
      return new Options(mode, factor, patience, threshold, thresholdMode, cooldown, value);
    }
  }

  /**
   * Looks at the measure of another epoch and lowers the rates if it is time.
   *
   * @param metric the measure; one that is not a number counts as no better
   */
  public void step(double metric) {
    lastEpoch++;
    if (better(metric)) {
      best = metric;
      badEpochs = 0;
    } else {
      badEpochs++;
    }
    if (cooldown > 0) {
      cooldown--;
      badEpochs = 0;
    }
    if (badEpochs > options.patience()) {
      reduce();
      cooldown = options.cooldown();
      badEpochs = 0;
    }
    lastLr = Rates.now(optimizer);
  }

  private boolean better(double metric) {
    boolean relative = options.thresholdMode() == ThresholdMode.REL;
    double t = options.threshold();
    return options.mode() == Mode.MIN
        ? metric < (relative ? best * (1 - t) : best - t)
        : metric > (relative ? best * (1 + t) : best + t);
  }

  private double worst() {
    return options.mode() == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
  }

  private void reduce() {
    for (int g = 0; g < minLrs.length; g++) {
      double old = optimizer.lr(g);
      double lower = Math.max(old * options.factor(), minLrs[g]);
      if (old - lower > options.eps()) {
        optimizer.lr(g, lower);
      }
    }
  }

  @Override
  public double[] lastLr() {
    return lastLr.clone();
  }

  @Override
  public SortedMap<String, Double> state() {
    SortedMap<String, Double> state = new TreeMap<>();
    state.put("lastEpoch", (double) lastEpoch);
    // the first value is better than an infinite one, which JSON could not hold
    state.put("best", Double.isFinite(best) ? best : 0);
    state.put("hasBest", Double.isFinite(best) ? 1.0 : 0.0);
    state.put("badEpochs", (double) badEpochs);
    state.put("cooldown", (double) cooldown);
    for (int g = 0; g < minLrs.length; g++) {
      state.put("lr." + g, optimizer.lr(g));
    }
    return state;
  }

  @Override
  public void load(Map<String, Double> state) {
    Rates.checkKeys(this, state().keySet(), state.keySet());
    lastEpoch = state.get("lastEpoch").intValue();
    best = state.get("hasBest") == 1 ? state.get("best") : worst();
    badEpochs = state.get("badEpochs").intValue();
    cooldown = state.get("cooldown").intValue();
    for (int g = 0; g < minLrs.length; g++) {
      optimizer.lr(g, state.get("lr." + g));
    }
    lastLr = Rates.now(optimizer);
  }
}
