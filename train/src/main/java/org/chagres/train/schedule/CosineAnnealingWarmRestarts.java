package org.chagres.train.schedule;

import java.util.Map;
import org.chagres.train.optim.RateControlled;

/**
 * Lets the rates fall along half a cosine, again and again, each time over a longer period.
 *
 * @see <a href="https://arxiv.org/abs/1608.03983">Loshchilov and Hutter, SGDR</a>
 */
public final class CosineAnnealingWarmRestarts extends LRScheduler {
  private final int t0;
  private final int tMult;
  private final double etaMin;
  private long tCur;
  private long tI;

  /** Down to 0, in periods of one length. */
  public CosineAnnealingWarmRestarts(RateControlled optimizer, int t0) {
    this(optimizer, t0, 1, 0);
  }

  /**
   * A cosine schedule with restarts.
   *
   * @param optimizer what is scheduled
   * @param t0 steps of the first period
   * @param tMult how many times longer each period is than the one before it
   * @param etaMin the least rate
   */
  public CosineAnnealingWarmRestarts(RateControlled optimizer, int t0, int tMult, double etaMin) {
    super(optimizer);
    Rates.check(t0 > 0, "CosineAnnealingWarmRestarts t0", "at least 1", t0);
    Rates.check(tMult > 0, "CosineAnnealingWarmRestarts tMult", "at least 1", tMult);
    this.t0 = t0;
    this.tMult = tMult;
    this.etaMin = etaMin;
    start();
  }

  @Override
  void rewind() {
    tCur = 0;
    tI = t0;
  }

  @Override
  void advance() {
    tCur++;
    if (tCur >= tI) {
      tCur -= tI;
      tI *= tMult;
    }
  }

  @Override
  double first(int group) {
    return next(group);
  }

  @Override
  double next(int group) {
    return etaMin + (baseLr(group) - etaMin) * (1 + StrictMath.cos(Math.PI * tCur / tI)) / 2;
  }

  @Override
  void save(Map<String, Double> state) {
    state.put("tCur", (double) tCur);
    state.put("tI", (double) tI);
  }

  @Override
  void restore(Map<String, Double> state) {
    tCur = state.get("tCur").longValue();
    tI = state.get("tI").longValue();
  }
}
