package org.chagres.train.data.transform;

/** Refuses bad options with a message that names the transform, the option and the value. */
final class Checks {

  private Checks() {}

  static double probability(String transform, double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException(transform + " p: expected 0 to 1, got " + p);
    }
    return p;
  }

  static int between(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(option + ": expected " + least + " to " + most + ", got " + value);
    }
    return value;
  }

  static float finite(String option, float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(option + ": expected a finite number, got " + value);
    }
    return value;
  }
}
