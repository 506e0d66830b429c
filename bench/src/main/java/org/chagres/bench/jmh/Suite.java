package org.chagres.bench.jmh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.chagres.bench.measure.Row;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs benchmarks with JMH in forks that have this JVM's flags, with garbage and the FMA peak beside each figure. JMH looks
 * for its benchmarks on the class path, so this JVM has to run from there.
 */
public final class Suite {

  /** From the loops inwards to the whole network: the order of the table. */
  private static final List<String> FLOORS =
      List.of("peak.", "kernel.TileRate.", "kernel.", "layer.", "network.TrainingStep.", "network.");

  private static final String PACKAGE = "org.chagres.bench.";
  private static final double MICROS = 1e6;

  private Suite() {}

  /**
   * Runs those whose names match.
   *
   * @param names regular expressions; none for all
   * @param parameters values for benchmarks' parameters, several separated by commas
   * @param quick one iteration each, after a short warm-up
   * @return a row each, from the loops inwards to the whole network
   * @throws IllegalStateException if JMH cannot run, or none match
   */
  public static List<Row> run(List<String> names, Map<String, String> parameters, boolean quick) {
    ChainedOptionsBuilder options = new OptionsBuilder()
        .addProfiler(GCProfiler.class)
        .addProfiler(PeakProfiler.class)
        .shouldFailOnError(true);
    names.forEach(options::include);
    parameters.forEach((name, values) -> options.param(name, values.split(",", -1)));
    if (quick) {
      options.warmupIterations(1)
          .warmupTime(TimeValue.seconds(5))
          .measurementIterations(1)
          .measurementTime(TimeValue.seconds(1));
    }
    try {
      Collection<RunResult> results = new Runner(options.build()).run();
      if (results.isEmpty()) {
        throw new IllegalStateException("no benchmark matches " + String.join(" or ", names));
      }
      List<RunResult> sorted = new ArrayList<>(results);
      sorted.sort(Comparator.comparingInt((RunResult r) -> floor(r.getParams().getBenchmark()))
          .thenComparing(r -> r.getParams().getBenchmark()));
      return sorted.stream().map(Suite::row).toList();
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH: " + e.getMessage(), e);
    }
  }

  /** Which floor a benchmark is on, from 0; the number of floors if it is on none. */
  static int floor(String benchmark) {
    for (int i = 0; i < FLOORS.size(); i++) {
      if (benchmark.startsWith(PACKAGE + FLOORS.get(i))) {
        return i;
      }
    }
    return FLOORS.size();
  }

  private static Row row(RunResult result) {
    BenchmarkParams params = result.getParams();
    String values = params.getParamsKeys().stream()
        .map(key -> key + "=" + params.getParam(key))
        .collect(Collectors.joining(" "));
    Figures figures = new Figures(
        seconds(result), secondary(result, "gflops"), secondary(result, "gbytes"),
        secondary(result, PeakProfiler.LABEL), secondary(result, "gc.alloc.rate.norm"));
    return figures.row(params.getBenchmark(), values);
  }

  /** Of a run: the median and the 99th percentile where single calls were timed, else the mean twice over. */
  private static double[] seconds(RunResult result) {
    Statistics s = result.getPrimaryResult().getStatistics();
    double unit = TimeUnit.NANOSECONDS.convert(1, result.getParams().getTimeUnit()) * 1e-9;
    return switch (result.getParams().getMode()) {
      case Mode.Throughput -> new double[] {unit / s.getMean(), Double.NaN};
      case Mode.SampleTime -> new double[] {s.getPercentile(50) * unit, s.getPercentile(99) * unit};
      default -> new double[] {s.getMean() * unit, Double.NaN};
    };
  }

  /** A figure beside the main one; some versions of JMH put a dot before its name. */
  private static double secondary(RunResult result, String name) {
    return result.getSecondaryResults().keySet().stream()
        .filter(key -> key.endsWith(name))
        .mapToDouble(key -> result.getSecondaryResults().get(key).getScore())
        .findFirst()
        .orElse(Double.NaN);
  }

  /**
   * What JMH measured.
   *
   * @param seconds of a run, and the 99th percentile or NaN
   * @param gflops 10⁹ operations a second; NaN or 0 where none are counted
   * @param gbytes 10⁹ bytes a second; likewise
   * @param peak the FMA peak in the same JVM, GFLOP/s
   * @param heap bytes on the Java heap a run
   */
  record Figures(double[] seconds, double gflops, double gbytes, double peak, double heap) {

    Row row(String benchmark, String values) {
      Row row = new Row("jmh")
          .put("benchmark", benchmark.substring(benchmark.lastIndexOf('.', benchmark.lastIndexOf('.') - 1) + 1))
          .put("parameters", values);
      put(row, "us", seconds[0] * MICROS, 2);
      put(row, "p99_us", seconds[1] * MICROS, 2);
      double counted = gflops > 0 ? gflops : Double.NaN;
      put(row, "gflops", counted, 1);
      put(row, "share_of_peak", counted / peak, 3);
      put(row, "gbytes_s", gbytes, 1);
      put(row, "peak_gflops", peak, 1);
      put(row, "heap_bytes", heap, 1);
      return row;
    }

    /** A column without a figure stays a column. */
    private static void put(Row row, String name, double value, int decimals) {
      row.put(name, "").put(name, value, decimals);
    }
  }
}
