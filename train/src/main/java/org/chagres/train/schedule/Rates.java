package org.chagres.train.schedule;

import java.util.Set;
import java.util.TreeSet;
import org.chagres.train.optim.RateControlled;

/** What schedulers share: rates of all groups at once, and checks of options and states. */
final class Rates {

  private Rates() {}

  /** The rates from which schedules count, taken down if this is the first scheduler of the optimizer. */
  static double[] initial(RateControlled optimizer) {
    double[] rates = new double[optimizer.groups()];
    for (int g = 0; g < rates.length; g++) {
      if (optimizer.initialLr(g).isEmpty()) {
        optimizer.initialLr(g, optimizer.lr(g));
      }
      rates[g] = optimizer.initialLr(g).orElseThrow();
    }
    return rates;
  }

  /** The rates of all groups. */
  static double[] now(RateControlled optimizer) {
    double[] rates = new double[optimizer.groups()];
    for (int g = 0; g < rates.length; g++) {
      rates[g] = optimizer.lr(g);
    }
    return rates;
  }

  /** One value for each group, from one for all or one each. */
  static double[] perGroup(RateControlled optimizer, String option, double[] values) {
    int groups = optimizer.groups();
    check(values.length == 1 || values.length == groups, option, "1 or " + groups + " values", values.length);
    double[] all = new double[groups];
    for (int g = 0; g < groups; g++) {
      all[g] = values[values.length == 1 ? 0 : g];
    }
    return all;
  }

  /** Refuses a bad option: which, what was expected, what came. */
  static void check(boolean good, String option, String expected, Object got) {
    if (!good) {
      throw new IllegalArgumentException(option + ": expected " + expected + ", got " + got);
    }
  }

  /** Refuses the state of another scheduler. */
  static void checkKeys(Object scheduler, Set<String> expected, Set<String> got) {
    if (!expected.equals(got)) {
      throw new IllegalArgumentException(scheduler.getClass().getSimpleName() + ": not its state: expected the keys "
          + new TreeSet<>(expected) + ", got " + new TreeSet<>(got));
    }
  }
}
