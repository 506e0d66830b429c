package org.chagres.bench.jmh;

import java.util.Collection;
import java.util.List;
import org.chagres.bench.peak.Peak;
import org.chagres.simd.parallel.Workers;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;
import org.openjdk.jmh.runner.IterationType;

/** The FMA peak of as many threads as the benchmark's, measured in its JVM right after each iteration. */
public final class PeakProfiler implements InternalProfiler {

  /** Name of the figure, in GFLOP/s. */
  static final String LABEL = "fma.peak";

  /** For JMH. */
  public PeakProfiler() {}

  @Override
  public String getDescription() {
    return "FMA peak of the machine, GFLOP/s";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    // what there is to measure comes after
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    String threads = benchmark.getParam("threads");
    try (Workers workers = Workers.of(threads == null ? 1 : Integer.parseInt(threads))) {
      // In warm-up too: until its own loop is compiled it leaves garbage, which would count as the benchmark's.
      double peak = Peak.gflops(workers);
      return iteration.getType() == IterationType.MEASUREMENT
          ? List.of(new ScalarResult(LABEL, peak, "GFLOP/s", AggregationPolicy.MAX))
          : List.of();
    }
  }
}
