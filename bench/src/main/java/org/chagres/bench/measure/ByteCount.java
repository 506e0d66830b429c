package org.chagres.bench.measure;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Bytes moved, which JMH divides by the time. */
@AuxCounters
@State(Scope.Thread)
public class ByteCount {

  /** Bytes that have to be read and written once; a nanosecond's are GB/s. */
  public long gbytes;

  /** Zero. */
  public ByteCount() {}
}
