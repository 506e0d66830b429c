package org.chagres.train.schedule;

import java.util.OptionalDouble;
import org.chagres.train.optim.RateControlled;

/** Rates and momenta, and nothing to optimize. */
final class FakeOptimizer implements RateControlled {
  private final double[] lr;
  private final double[] initial;
  private final double[] momentum;
  private final boolean hasMomentum;

  FakeOptimizer(boolean hasMomentum, double... lr) {
    this.lr = lr.clone();
    this.initial = new double[lr.length];
    java.util.Arrays.fill(initial, Double.NaN);
    this.momentum = new double[lr.length];
    this.hasMomentum = hasMomentum;
  }

  FakeOptimizer(double... lr) {
    this(true, lr);
  }

  @Override
  public int groups() {
    return lr.length;
  }

  @Override
  public double lr(int group) {
    return lr[group];
  }

  @Override
  public void lr(int group, double value) {
    lr[group] = value;
  }

  @Override
  public OptionalDouble initialLr(int group) {
    return Double.isNaN(initial[group]) ? OptionalDouble.empty() : OptionalDouble.of(initial[group]);
  }

  @Override
  public void initialLr(int group, double value) {
    initial[group] = value;
  }

  @Override
  public boolean hasMomentum() {
    return hasMomentum;
  }

  @Override
  public double momentum(int group) {
    return momentum[group];
  }

  @Override
  public void momentum(int group, double value) {
    momentum[group] = value;
  }
}
