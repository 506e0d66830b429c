package org.chagres.train.schedule;

import java.util.Map;
import org.chagres.train.optim.RateControlled;

/**
 * One cycle: the rates rise from a low value to the highest and fall to far below the first, momentum running the
 * other way. Meant to be stepped after every batch.
 *
 * @see <a href="https://arxiv.org/abs/1708.07120">Smith and Topin, Super-Convergence</a>
 */
public final class OneCycleLR extends LRScheduler {
  private final Options options;
  private final double[] maxLrs;
  private final double[] ends;

  /**
   * A cycle with PyTorch's defaults, which cycle the momentum too.
   *
   * @param optimizer what is scheduled
   * @param maxLr the highest rate
   * @param totalSteps steps of the whole cycle
   * @throws IllegalArgumentException if the optimizer has no momentum: then ask for {@link Momentum#FIXED}
   */
  public OneCycleLR(RateControlled optimizer, double maxLr, int totalSteps) {
    this(optimizer, Options.of(totalSteps), maxLr);
  }

  /**
   * A cycle.
   *
   * @param optimizer what is scheduled
   * @param options the shape of the cycle
   * @param maxLr the highest rate, one for all groups or one for each
   */
  public OneCycleLR(RateControlled optimizer, Options options, double... maxLr) {
    super(optimizer);
    this.options = options;
    this.maxLrs = Rates.perGroup(optimizer, "OneCycleLR maxLr", maxLr);
    this.ends = options.ends();
    start();
  }

  /** How a value runs from one end of a phase to the other. */
  public enum Anneal {
    /** Along half a cosine. */
    COS,
    /** Along a line. */
    LINEAR
  }

  /**
   * The shape of a cycle; see {@link #of} for the defaults.
   *
   * @param totalSteps steps of the whole cycle
   * @param pctStart the share of them, 0 to 1, in which the rates rise
   * @param anneal how they run
   * @param momentum the momentum's cycle
   * @param divFactor the highest rate over the first
   * @param finalDivFactor the first rate over the last
   * @param threePhase whether the fall is a mirror of the rise, followed by a third phase down to the last rate
   */
  public record Options(int totalSteps, double pctStart, Anneal anneal, Momentum momentum, double divFactor,
      double finalDivFactor, boolean threePhase) {

    /** Checks the values. */
    public Options {
      Rates.check(totalSteps > 0, "OneCycleLR totalSteps", "at least 1", totalSteps);
      Rates.check(pctStart >= 0 && pctStart <= 1, "OneCycleLR pctStart", "0 to 1", pctStart);
      Rates.check(divFactor > 0, "OneCycleLR divFactor", "above 0", divFactor);
      Rates.check(finalDivFactor > 0, "OneCycleLR finalDivFactor", "above 0", finalDivFactor);
    }

    /** PyTorch's defaults: 30 % rising, cosine, momentum 0.95 to 0.85, factors 25 and 10,000, two phases. */
    public static Options of(int totalSteps) {
      return new Options(totalSteps, 0.3, Anneal.COS, Momentum.CYCLED, 25, 1e4, false);
    }

    /** With another {@link #pctStart}. */
    public Options pctStart(double value) {
      return new Options(totalSteps, value, anneal, momentum, divFactor, finalDivFactor, threePhase);
    }

    /** With another {@link #anneal}. */
    public Options anneal(Anneal value) {
      return new Options(totalSteps, pctStart, value, momentum, divFactor, finalDivFactor, threePhase);
    }

    /** With another {@link #momentum}. */
    public Options momentum(Momentum value) {
      return new Options(totalSteps, pctStart, anneal, value, divFactor, finalDivFactor, threePhase);
    }

    /** With another {@link #divFactor}. */
    public Options divFactor(double value) {
      return new Options(totalSteps, pctStart, anneal, momentum, value, finalDivFactor, threePhase);
    }

    /** With another {@link #finalDivFactor}. */
    public Options finalDivFactor(double value) {
      return new Options(totalSteps, pctStart, anneal, momentum, divFactor, value, threePhase);
    }

    /** With another {@link #threePhase}. */
    public Options threePhase(boolean value) {
      return new Options(totalSteps, pctStart, anneal, momentum, divFactor, finalDivFactor, value);
    }

    /** The steps at which the phases end, fractional as PyTorch has them. */
    private double[] ends() {
      double rise = pctStart * totalSteps;
      return threePhase ? new double[] {rise - 1, 2 * rise - 2, totalSteps - 1}
          : new double[] {rise - 1, totalSteps - 1};
    }
  }

  /**
   * What becomes of the momentum.
   *
   * @param cycled whether it is set at all
   * @param base the lowest, at the highest rate
   * @param max the highest, at the lowest rates
   */
  public record Momentum(boolean cycled, double base, double max) {
    /** From 0.95 to 0.85 and back, PyTorch's default. */
    public static final Momentum CYCLED = new Momentum(true, 0.85, 0.95);

    /** Left alone. */
    public static final Momentum FIXED = new Momentum(false, 0, 0);
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
  void rewind() {
    if (options.momentum().cycled() && !optimizer.hasMomentum()) {
      throw new IllegalArgumentException("OneCycleLR momentum: the optimizer has none to cycle;"
          + " expected Momentum.FIXED");
    }
    setMomentum();
  }

  @Override
  void advance() {
    if (lastEpoch() > options.totalSteps()) {
      throw new IllegalStateException("OneCycleLR: step " + lastEpoch() + " of a cycle of " + options.totalSteps());
    }
    setMomentum();
  }

  private void setMomentum() {
    Momentum m = options.momentum();
    if (m.cycled()) {
      // in the last phase of three the momentum stays
      double[] corners = options.threePhase() ? new double[] {m.max(), m.base(), m.max(), m.max()}
          : new double[] {m.max(), m.base(), m.max()};
      for (int g = 0; g < optimizer.groups(); g++) {
        optimizer.momentum(g, at(corners));
      }
    }
  }

  @Override
  double next(int group) {
    double max = maxLrs[group];
    double initial = max / options.divFactor();
    double min = initial / options.finalDivFactor();
    return at(options.threePhase() ? new double[] {initial, max, initial, min} : new double[] {initial, max, min});
  }

  /** The value of this step on the way from corner to corner, one phase between each two. */
  private double at(double[] corners) {
    int phase = 0;
    while (phase < ends.length - 1 && lastEpoch() > ends[phase]) {
      phase++;
    }
    double from = phase == 0 ? 0 : ends[phase - 1];
    // a phase without a step is over before it starts
    double done = ends[phase] == from ? 1 : (lastEpoch() - from) / (ends[phase] - from);
    double start = corners[phase];
    double end = corners[phase + 1];
    return options.anneal() == Anneal.LINEAR ? (end - start) * done + start
        : end + (start - end) / 2 * (StrictMath.cos(Math.PI * done) + 1);
  }

  @Override
  void save(Map<String, Double> state) {
    if (options.momentum().cycled()) {
      for (int g = 0; g < optimizer.groups(); g++) {
        state.put("momentum." + g, optimizer.momentum(g));
      }
    }
  }

  @Override
  void restore(Map<String, Double> state) {
    if (options.momentum().cycled()) {
      for (int g = 0; g < optimizer.groups(); g++) {
        optimizer.momentum(g, state.get("momentum." + g));
      }
    }
  }
}
