package org.chagres.bench.firststep;

import java.util.Arrays;
import java.util.OptionalDouble;

/** When steps that get faster are nearly as fast as in the end. */
final class SpeedUp {

  /** Part of the final rate that counts as full speed. */
  static final double FULL = 0.9;

  /** Successive steps whose mean is the rate of the moment. */
  static final int WINDOW = 3;

  private SpeedUp() {}

  /** Seconds of the median step of the later half. */
  static double finalStep(double[] ends) {
    double[] late = durations(ends, ends.length / 2);
    Arrays.sort(late);
    return late[late.length / 2];
  }

  /**
   * The end of the first {@link #WINDOW} successive steps that run at {@link #FULL} of the final rate or faster; empty
   * if there are none.
   *
   * @param ends seconds at which each step ended, from any origin
   */
  static OptionalDouble fullSpeedAt(double[] ends) {
    double slowest = WINDOW * finalStep(ends) / FULL;
    for (int i = WINDOW; i < ends.length; i++) {
      if (ends[i] - ends[i - WINDOW] <= slowest) {
        return OptionalDouble.of(ends[i]);
      }
    }
    return OptionalDouble.empty();
  }

  private static double[] durations(double[] ends, int from) {
    if (ends.length - from < 2) {
      throw new IllegalArgumentException("steps: expected 3 or more, got " + ends.length);
    }
    double[] durations = new double[ends.length - from - 1];
    for (int i = 0; i < durations.length; i++) {
      durations[i] = ends[from + i + 1] - ends[from + i];
    }
    return durations;
  }
}
