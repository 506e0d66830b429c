package org.chagres.simd.math;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;

/** Memory for the tests of kernels over flat buffers, and ways to run their jobs. */
public final class Buffers {

  /** The seed of a test run, to be printed with a failure; {@code -Dchagres.seed} repeats one. */
  public static final long SEED = Long.getLong("chagres.seed", 20_260_117L);

  /** Values that functions get wrong. */
  public static final float[] SPECIAL = {
    0f, -0f, 1f, -1f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_VALUE,
    Float.MIN_NORMAL, -Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 1e-20f, -1e-20f, 1e20f, -1e20f, 88.7f, 89f,
    -87.3f, -104f, 0.5f, -0.5f, 20f, -20f, 3f, -3f
  };

  /**
   * A job knows addresses alone and keeps no memory alive, so what was handed out last is kept here: an argument made in
   * the call's own line would else be free to go while the job runs.
   */
  private static final MemorySegment[] KEPT = new MemorySegment[256];

  private static final AtomicInteger NEXT = new AtomicInteger();

  private Buffers() {}

  /** Zeros. */
  public static MemorySegment bytes(long bytes) {
    MemorySegment segment = Arena.ofAuto().allocate(Math.max(1, bytes), 64).asSlice(0, bytes);
    KEPT[NEXT.getAndIncrement() & (KEPT.length - 1)] = segment;
    return segment;
  }

  /** Off-heap floats. */
  public static MemorySegment of(float... values) {
    MemorySegment s = bytes(4L * values.length);
    MemorySegment.copy(values, 0, s, JAVA_FLOAT, 0, values.length);
    return s;
  }

  /** Off-heap int64. */
  public static MemorySegment of(long... values) {
    MemorySegment s = bytes(8L * values.length);
    MemorySegment.copy(values, 0, s, JAVA_LONG, 0, values.length);
    return s;
  }

  /** Normal numbers times a scale. */
  public static MemorySegment normal(Random random, long count, double scale) {
    MemorySegment s = bytes(4 * count);
    for (long i = 0; i < count; i++) {
      s.setAtIndex(JAVA_FLOAT, i, (float) (random.nextGaussian() * scale));
    }
    return s;
  }

  /** Element {@code i}. */
  public static float at(MemorySegment s, long i) {
    return s.getAtIndex(JAVA_FLOAT, i);
  }

  /** The floats. */
  public static float[] floats(MemorySegment s) {
    return s.toArray(JAVA_FLOAT);
  }

  /** Runs a job on a number of threads. */
  public static void run(int threads, Job job) {
    try (Workers workers = Workers.of(threads)) {
      workers.run(job);
    }
  }

  /** Runs a job on 1, 2 and 3 threads and holds that {@code result} has the same bits each time. */
  public static void runEverywhere(Job job, MemorySegment... results) {
    run(1, job);
    byte[][] first = new byte[results.length][];
    for (int r = 0; r < results.length; r++) {
      first[r] = results[r].toArray(JAVA_BYTE);
    }
    for (int threads = 2; threads <= 3; threads++) {
      for (MemorySegment result : results) {
        result.fill((byte) 0x5A);
      }
      run(threads, job);
      for (int r = 0; r < results.length; r++) {
        long at = MemorySegment.ofArray(first[r]).mismatch(results[r]);
        assertEquals(-1, at, "first byte that differs with " + threads + " threads, result " + r);
      }
    }
  }

  /** Holds that a value is near the expected one, and the same where that is infinite or NaN. */
  public static void near(double expected, double actual, double absolute, double relative, Supplier<String> what) {
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      assertEquals(expected, actual, what);
    } else if (!(Math.abs(expected - actual) <= absolute + relative * Math.abs(expected))) {
      assertEquals(expected, actual, what.get() + ", seed " + SEED);
    }
  }

  /** How many units in the last place of a float an f32 value is off. */
  public static double ulps(double expected, float actual) {
    float rounded = (float) expected;
    if (Float.isNaN(rounded) || Float.isInfinite(rounded) || Float.isNaN(actual) || Float.isInfinite(actual)) {
      return Float.compare(rounded, actual) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    return Math.abs(actual - expected) / Math.ulp(rounded);
  }
}
