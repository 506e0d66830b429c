package org.chagres.simd.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.Supplier;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;

/** What kernel tests share: seeded data, segments, comparisons, runs with several numbers of threads. */
public final class Samples {

  /** The seed of this run; {@code -Dchagres.seed} sets it. */
  public static final long SEED = Long.getLong("chagres.seed", 20260726L);

  // Never freed: a job holds addresses, which keep nothing alive.
  private static final Arena MEMORY = Arena.global();

  private Samples() {}

  /** A generator; {@code salt} tells tests apart. */
  public static Random random(long salt) {
    return new Random(SEED * 31 + salt);
  }

  /** Standard normal numbers, rounded to float. */
  public static double[] normal(Random random, long count) {
    double[] x = new double[(int) count];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian();
    }
    return x;
  }

  /** A segment of floats, exactly as long as the data. */
  public static MemorySegment floats(double... data) {
    MemorySegment s = empty(data.length);
    for (int i = 0; i < data.length; i++) {
      s.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) data[i]);
    }
    return s;
  }

  /** A segment of longs. */
  public static MemorySegment longs(long... data) {
    MemorySegment s = MEMORY.allocate(Math.max(8, 8L * data.length), 64).asSlice(0, 8L * data.length);
    MemorySegment.copy(data, 0, s, ValueLayout.JAVA_LONG, 0, data.length);
    return s;
  }

  /** Floats that hold a marker no kernel would leave. */
  public static MemorySegment empty(long count) {
    MemorySegment s = MEMORY.allocate(Math.max(4, 4 * count), 64).asSlice(0, 4 * count);
    s.fill((byte) 0xA7);
    return s;
  }

  /** Bytes. */
  public static MemorySegment bytes(long count) {
    return MEMORY.allocate(Math.max(1, count), 64).asSlice(0, count);
  }

  /** The floats of a segment. */
  public static double[] values(MemorySegment s) {
    double[] x = new double[(int) (s.byteSize() / 4)];
    for (int i = 0; i < x.length; i++) {
      x[i] = s.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }
    return x;
  }

  /** Fails unless each value is within {@code tolerance · (1 + |expected|)}; NaN equals NaN. */
  public static void assertClose(double[] expected, MemorySegment actual, double tolerance, String what) {
    double[] got = values(actual);
    assertTrue(got.length >= expected.length, what);
    for (int i = 0; i < expected.length; i++) {
      double e = expected[i];
      boolean same = Double.isFinite(e)
          ? Math.abs(e - got[i]) <= tolerance * (1 + Math.abs(e))
          : Double.compare(e, got[i]) == 0;
      if (!same) {
        fail(what + ", seed " + SEED + ": element " + i + " expected " + e + " but got " + got[i]);
      }
    }
  }

  /** Runs the job with 1, 2 and 3 threads and fails unless the outputs have the same bits each time. */
  public static void run(Supplier<Job> job, String what, MemorySegment... outputs) {
    byte[][] first = null;
    for (int threads = 1; threads <= 3; threads++) {
      for (MemorySegment o : outputs) {
        o.fill((byte) (0xA0 + threads));
      }
      runOn(threads, job.get());
      byte[][] now = new byte[outputs.length][];
      for (int o = 0; o < outputs.length; o++) {
        now[o] = outputs[o].toArray(ValueLayout.JAVA_BYTE);
      }
      if (first == null) {
        first = now;
      }
      for (int o = 0; o < outputs.length; o++) {
        int at = java.util.Arrays.mismatch(first[o], now[o]);
        assertEquals(-1, at, what + ", seed " + SEED + ": output " + o + " differs with " + threads + " threads");
      }
    }
  }

  /** Runs a job on workers of its own. */
  public static void runOn(int threads, Job job) {
    Workers workers = Workers.of(threads);
    workers.run(job);
    if ((Object) workers instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }
}
