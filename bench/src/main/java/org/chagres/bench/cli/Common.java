package org.chagres.bench.cli;

import org.chagres.bench.measure.Rows;
import org.chagres.bench.measure.Warmup;
import org.chagres.bench.peak.Peak;
import org.chagres.nn.tensor.Device;
import org.chagres.simd.parallel.Workers;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options of the jobs that compute in this process. */
final class Common {

  @Spec(Spec.Target.MIXEE) private CommandSpec spec;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0",
      description = "Threads that compute; 0 for the CPUs granted.") private int threads;

  @Option(names = "--warm-up", paramLabel = "S", defaultValue = "60",
      description = "Seconds of warm-up at most; it ends earlier once steady.") private double warmUp;

  @Option(names = "--json", description = "One JSON object a line instead of a table.") private boolean json;

  /** Sets the threads that compute; returns them. */
  Workers workers() {
    if (threads < 0 || threads > Workers.MOST_THREADS) {
      throw refuse(spec, "--threads", "0 to " + Workers.MOST_THREADS, threads);
    }
    if (threads > 0) {
      Workers.setShared(threads);
    }
    return Workers.shared();
  }

  /** The device of a name. */
  Device device(String name) {
    try {
      return Device.of(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--device " + name + ": " + e.getMessage(), e);
    }
  }

  /** The FMA peak of these threads. */
  double peak() {
    return Peak.gflops(workers());
  }

  /** A job's warm-up within the limit asked for. */
  Warmup warmup(Warmup usual) {
    if (!(warmUp >= 0)) {
      throw refuse(spec, "--warm-up", "0 or more seconds", warmUp);
    }
    return usual.within(warmUp);
  }

  /** A time, but no longer than the warm-up may take. */
  double seconds(double usual) {
    return Math.min(usual, warmUp);
  }

  /** Where rows go. */
  Rows rows() {
    var out = spec.commandLine().getOut();
    return json ? Rows.json(out) : Rows.table(out);
  }

  /** Whether a mode is replay; else it must be eager. */
  boolean isReplay(String mode) {
    if (!mode.equals("replay") && !mode.equals("eager")) {
      throw refuse(spec, "--mode", "eager or replay", mode);
    }
    return mode.equals("replay");
  }

  /** An option's value, which must be 1 or more. */
  int positive(String option, int value) {
    return positive(spec, option, value);
  }

  static int positive(CommandSpec spec, String option, int value) {
    if (value < 1) {
      throw refuse(spec, option, "1 or more", value);
    }
    return value;
  }

  ParameterException refuse(String option, String expected, Object got) {
    return refuse(spec, option, expected, got);
  }

  private static ParameterException refuse(CommandSpec spec, String option, String expected, Object got) {
    return new ParameterException(spec.commandLine(), option + ": expected " + expected + ", got " + got);
  }
}
