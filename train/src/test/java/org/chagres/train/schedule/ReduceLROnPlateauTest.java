package org.chagres.train.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.chagres.train.schedule.ReduceLROnPlateau.Mode;
import org.chagres.train.schedule.ReduceLROnPlateau.Options;
import org.chagres.train.schedule.ReduceLROnPlateau.ThresholdMode;
import org.junit.jupiter.api.Test;

class ReduceLROnPlateauTest {

  private static double[] after(ReduceLROnPlateau scheduler, double... metrics) {
    double[] rates = new double[metrics.length];
    for (int i = 0; i < metrics.length; i++) {
      scheduler.step(metrics[i]);
      rates[i] = scheduler.lastLr()[0];
    }
    return rates;
  }

  private static ReduceLROnPlateau of(Options options, double... minLr) {
    return new ReduceLROnPlateau(new FakeOptimizer(1), options, minLr);
  }

  @Test
  void lowersOnceMoreThanPatienceEpochsAreBad() {
    ReduceLROnPlateau s = of(Options.DEFAULTS.factor(0.5).patience(2), 0);
    assertArrayEquals(new double[] {1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25}, after(s, 3, 3, 3, 3, 3, 3, 3, 2));
  }

  @Test
  void withoutPatienceEveryBadEpochLowers() {
    ReduceLROnPlateau s = of(Options.DEFAULTS.factor(0.5).patience(0), 0);
    assertArrayEquals(new double[] {1, 0.5, 0.25, 0.25, 0.125}, after(s, 3, 3.1, 3.1, 2.9, Double.NaN));
  }

  @Test
  void aThresholdIsRelativeOrAbsolute() {
    Options o = Options.DEFAULTS.factor(0.5).patience(0);
    assertArrayEquals(new double[] {1, 1, 0.5}, after(of(o.threshold(0.1, ThresholdMode.REL), 0), 10, 8.9, 8.1));
    assertArrayEquals(new double[] {1, 0.5, 0.5}, after(of(o.threshold(1, ThresholdMode.ABS), 0), 10, 9.5, 8.9));
    Options max = o.mode(Mode.MAX);
    assertArrayEquals(new double[] {1, 1, 0.5}, after(of(max.threshold(0.1, ThresholdMode.REL), 0), 10, 11.1, 12));
    assertArrayEquals(new double[] {1, 0.5, 0.5}, after(of(max.threshold(1, ThresholdMode.ABS), 0), 0.5, 1, 1.6));
  }

  @Test
  void aCooldownCountsNothing() {
    ReduceLROnPlateau s = of(Options.DEFAULTS.factor(0.5).patience(0).cooldown(2), 0);
    assertArrayEquals(new double[] {1, 0.5, 0.5, 0.5, 0.25}, after(s, 1, 1, 1, 1, 1));
  }

  @Test
  void stopsAtTheLeastRateAndAtChangesBelowEps() {
    Options o = Options.DEFAULTS.factor(0.5).patience(0);
    assertArrayEquals(new double[] {1, 0.5, 0.4, 0.4}, after(of(o, 0.4), 1, 1, 1, 1));
    assertArrayEquals(new double[] {1, 0.5, 0.5}, after(of(o.eps(0.3), 0), 1, 1, 1));
  }

  @Test
  void resumesFromAnyStep() {
    double[] metrics = {3, 2, 2, 2.5, 1, 1, 1, 1, 0.5, 0.6, 0.6, 0.6};
    Options o = Options.DEFAULTS.factor(0.5).patience(1).cooldown(1);
    for (int stop = 0; stop < metrics.length; stop++) {
      ReduceLROnPlateau whole = of(o, 0);
      after(whole, java.util.Arrays.copyOf(metrics, stop));
      ReduceLROnPlateau resumed = of(o, 0);
      resumed.load(whole.state());
      assertEquals(whole.state(), resumed.state());
      double[] rest = java.util.Arrays.copyOfRange(metrics, stop, metrics.length);
      assertArrayEquals(after(whole, rest), after(resumed, rest));
    }
  }

  @Test
  void refusesBadOptions() {
    assertThrows(IllegalArgumentException.class, () -> Options.DEFAULTS.factor(1));
    assertThrows(IllegalArgumentException.class, () -> Options.DEFAULTS.patience(-1));
    assertThrows(IllegalArgumentException.class, () -> Options.DEFAULTS.cooldown(-1));
    assertThrows(IllegalArgumentException.class, () -> of(Options.DEFAULTS, 0, 0));
  }
}
