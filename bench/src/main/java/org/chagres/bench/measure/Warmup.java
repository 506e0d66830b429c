package org.chagres.bench.measure;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;

/**
 * When to begin measuring: after at least so many runs and so long, as soon as three successive runs take the same time
 * within 5 % and the compiler has been at rest for a second, or when the limit is reached.
 *
 * @param leastRuns runs before it can end
 * @param leastSeconds time before it can end
 * @param mostRuns runs after which it ends anyway, once the least time is over
 * @param mostSeconds time after which it ends anyway
 */
public record Warmup(int leastRuns, double leastSeconds, int mostRuns, double mostSeconds) {

  /** For a training step: half a minute at most, which the rarer methods of small steps need. */
  public static final Warmup STEP = new Warmup(6, 2, Integer.MAX_VALUE, 30);

  /** For calls of microseconds to milliseconds; a compilation needs thousands of the shortest. */
  public static final Warmup CALL = new Warmup(30, 2, Integer.MAX_VALUE, 15);

  private static final double SAME = 0.05;
  private static final double REST = 1;
  private static final double COMPILING = 0.02;

  /** The same, but no longer than so many seconds. */
  public Warmup within(double seconds) {
    return new Warmup(leastRuns, leastSeconds, mostRuns, Math.min(seconds, mostSeconds));
  }

  /** Runs it until warm; returns how often. */
  public int run(Runnable what) {
    long start = System.nanoTime();
    double[] last = {Double.NaN, Double.NaN, Double.NaN};
    double compiled = compilerSeconds();
    double restingSince = 0;
    int runs = 0;
    while (true) {
      double before = seconds(start);
      what.run();
      double now = seconds(start);
      last[runs++ % 3] = now - before;
      // A compilation counts when it is done: one under way shows only if the rest is waited for.
      if (compilerSeconds() - compiled >= COMPILING) {
        compiled = compilerSeconds();
        restingSince = now;
      }
      boolean steady = same(last) && now - restingSince >= REST;
      boolean enough = runs >= leastRuns && now >= leastSeconds;
      if (enough && (steady || runs >= mostRuns) || now >= mostSeconds) {
        return runs;
      }
    }
  }

  /** Not so before three runs: comparisons with NaN fail. */
  private static boolean same(double[] last) {
    double low = Math.min(last[0], Math.min(last[1], last[2]));
    double high = Math.max(last[0], Math.max(last[1], last[2]));
    return high <= low * (1 + SAME);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  /** Time that the compiler has taken so far; the JVM counts it in milliseconds. */
  private static double compilerSeconds() {
    CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
    boolean told = compiler != null && compiler.isCompilationTimeMonitoringSupported();
    return told ? compiler.getTotalCompilationTime() * 1e-3 : 0;
  }
}
