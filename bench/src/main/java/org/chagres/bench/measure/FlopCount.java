package org.chagres.bench.measure;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Operations done, which JMH divides by the time. */
@AuxCounters
@State(Scope.Thread)
public class FlopCount {

  /** Floating-point operations; a nanosecond's are GFLOP/s. */
  public long gflops;

  /** Zero. */
  public FlopCount() {}
}
