package org.chagres.bench.measure;

import java.util.Arrays;

/**
 * Times of one run, in seconds.
 *
 * @param median half take longer
 * @param p99 one in a hundred takes longer
 * @param best the shortest
 */
public record Timing(double median, double p99, double best) {

  /** Warms up, then times so many runs. */
  public static Timing of(Runnable what, Warmup warmup, int runs) {
    if (runs < 1) {
      throw new IllegalArgumentException("timed runs: expected 1 or more, got " + runs);
    }
    warmup.run(what);
    double[] seconds = new double[runs];
    for (int i = 0; i < runs; i++) {
      long start = System.nanoTime();
      what.run();
      seconds[i] = (System.nanoTime() - start) * 1e-9;
    }
    return of(seconds);
  }

  /** Of times already taken, in any order. */
  static Timing of(double[] seconds) {
    double[] t = seconds.clone();
    Arrays.sort(t);
    return new Timing(t[t.length / 2], t[Math.min(t.length - 1, (int) (t.length * 0.99))], t[0]);
  }
}
