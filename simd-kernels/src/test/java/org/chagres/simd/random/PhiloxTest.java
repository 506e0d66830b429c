package org.chagres.simd.random;

import static org.chagres.simd.support.Samples.assertClose;
import static org.chagres.simd.support.Samples.empty;
import static org.chagres.simd.support.Samples.floats;
import static org.chagres.simd.support.Samples.longs;
import static org.chagres.simd.support.Samples.normal;
import static org.chagres.simd.support.Samples.random;
import static org.chagres.simd.support.Samples.run;
import static org.chagres.simd.support.Samples.values;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.chagres.simd.reference.ReferencePhilox;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class PhiloxTest {

  private static final int[] COUNTS = {0, 1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 1023, 1024, 1025, 2500};

  /** The known-answer vectors that come with Random123 (kat_vectors). */
  @Test
  void answersAsRandom123() {
    long f = 0xFFFFFFFFL;
    assertArrayEquals(
        new long[] {0x6627e8d5L, 0xe169c58dL, 0xbc57ac4cL, 0x9b00dbd8L},
        ReferencePhilox.words(new long[] {0, 0, 0, 0}, new long[] {0, 0}));
    assertArrayEquals(
        new long[] {0x408f276dL, 0x41c83b0eL, 0xa20bc7c6L, 0x6d5451fdL},
        ReferencePhilox.words(new long[] {f, f, f, f}, new long[] {f, f}));
    assertArrayEquals(
        new long[] {0xd16cfe09L, 0x94fdccebL, 0x5001e420L, 0x24126ea1L},
        ReferencePhilox.words(
            new long[] {0x243f6a88L, 0x85a308d3L, 0x13198a2eL, 0x03707344L}, new long[] {0xa4093822L, 0x299f31d0L}));
    for (int w = 0; w < 4; w++) {
      assertEquals(
          (int) ReferencePhilox.words(
              new long[] {0x243f6a88L, 0x85a308d3L, 0x13198a2eL, 0x03707344L},
              new long[] {0xa4093822L, 0x299f31d0L})[w],
          Philox.word(0x299f31d0_a4093822L, 0x03707344_13198a2eL, 0x85a308d3_243f6a88L, w));
    }
  }

  @Test
  void fillsWithTheReferencesWords() {
    var random = random(1);
    for (int blocks = 0; blocks < 40; blocks++) {
      // the counter crosses 32 bits now and then
      Stream at = new Stream(random.nextLong(), ((long) random.nextInt(4) << 32) - random.nextInt(30));
      long subsequence = random.nextLong();
      MemorySegment y = empty(4L * blocks);
      Philox.fill(at, subsequence, 3, blocks, y.address());
      for (int i = 0; i < 4 * blocks; i++) {
        int expected = (int) ReferencePhilox.word(at.seed(), subsequence, at.offset() + 3, i);
        assertEquals(expected, y.getAtIndex(ValueLayout.JAVA_INT, i), "blocks " + blocks + " element " + i);
      }
    }
  }

  @Test
  void uniformAndNormal() {
    var random = random(2);
    for (int count : COUNTS) {
      Stream at = new Stream(random.nextLong(), random.nextInt());
      double[] u = new double[count];
      double[] z = new double[count];
      for (int i = 0; i < count; i++) {
        u[i] = -2 + 5 * ReferencePhilox.uniform(at.seed(), at.offset(), i);
        z[i] = 1 + 0.5 * ReferencePhilox.normal(at.seed(), at.offset(), i);
      }
      MemorySegment y = empty(count);
      run(() -> RandomFill.uniform(at, count, -2, 3, y), "uniform " + count, y);
      assertClose(u, y, 3e-7, "uniform " + count);
      run(() -> RandomFill.normal(at, count, 1, 0.5f, y), "normal " + count, y);
      assertClose(z, y, 2e-6, "normal " + count);
    }
  }

  @Test
  void uniformNeverReachesHigh() {
    float low = 1f;
    float high = Math.nextUp(Math.nextUp(low));
    MemorySegment y = empty(5000);
    run(() -> RandomFill.uniform(new Stream(5, 0), 5000, low, high, y), "uniform", y);
    for (double v : values(y)) {
      assertTrue(v >= low && v < high, "got " + v);
    }
  }

  @Test
  void logarithmAndCircleHoldOverTheirDomain() {
    for (int k = 1; k <= 1 << 24; k += k < 5000 || k > (1 << 24) - 5000 ? 1 : 997) {
      double log = Math.log(k / 0x1p24);
      assertEquals(log, BoxMuller.log(k), 2.5e-7 * Math.abs(log), "log " + k);
    }
    assertEquals(0f, BoxMuller.log(1 << 24));
    for (int k = 0; k < 1 << 24; k += 509) {
      double angle = 2 * Math.PI * (k / 0x1p24);
      assertEquals(Math.sin(angle), BoxMuller.sin(k), 1.5e-7, "sin " + k);
      assertEquals(Math.cos(angle), BoxMuller.cos(k), 1.5e-7, "cos " + k);
    }
  }

  @Test
  void normalsHaveTheirMoments() {
    int n = 1 << 17;
    MemorySegment y = empty(n);
    run(() -> RandomFill.normal(new Stream(11, 0), n, 0, 1, y), "normal", y);
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    for (double v : values(y)) {
      sum += v;
      squares += v * v;
      fourth += v * v * v * v;
    }
    assertEquals(0, sum / n, 5 / Math.sqrt(n));
    assertEquals(1, squares / n, 5 * Math.sqrt(2.0 / n));
    assertEquals(3, fourth / n, 5 * Math.sqrt(96.0 / n));
  }

  @Test
  void integersCoverTheirRangeEvenly() {
    long[][] ranges = {{0, 1}, {-3, 4}, {0, 10}, {Long.MIN_VALUE, Long.MAX_VALUE}, {5, 5 + (1L << 40)}};
    for (long[] r : ranges) {
      int n = 7001;
      MemorySegment y = longs(new long[n]);
      run(() -> RandomFill.integers(new Stream(3, 9), n, r[0], r[1], y), "integers", y);
      long[] values = y.toArray(ValueLayout.JAVA_LONG);
      int[] bins = new int[7];
      double width = (double) r[1] - (double) r[0];
      for (long v : values) {
        assertTrue(v >= r[0] && v < r[1], "got " + v);
        bins[Math.min(6, (int) (((double) v - (double) r[0]) / width * 7))]++;
      }
      if (width == 7 || width > 1000) {
        for (int b : bins) {
          assertEquals(1000, b, 150);
        }
      }
    }
  }

  @Test
  void dropoutIsItsOwnBackward() {
    var random = random(4);
    for (int count : COUNTS) {
      for (double p : new double[] {0, 0.25, 0.5, 0.9, 1}) {
        Stream at = new Stream(random.nextLong(), random.nextInt(1000));
        double[] x = normal(random, count);
        double[] expected = new double[count];
        for (int i = 0; i < count; i++) {
          expected[i] = ReferencePhilox.dropout(at.seed(), at.offset(), p, i, x[i]);
        }
        MemorySegment xs = floats(x);
        MemorySegment y = empty(count);
        run(() -> Dropout.apply(at, p, count, xs, y), "dropout " + count + " p " + p, y);
        assertClose(expected, y, 2e-7, "dropout " + count + " p " + p);
        org.chagres.simd.support.Samples.runOn(1, Dropout.apply(at, p, count, xs, xs));
        assertEquals(-1, xs.mismatch(y), "in place");
      }
    }
  }

  @Test
  void streamsAdvanceByWholeCounters() {
    assertEquals(0, Philox.counters(0));
    assertEquals(1, Philox.counters(1));
    assertEquals(1, Philox.counters(4));
    assertEquals(2, Philox.counters(5));
    assertEquals(2, Stream.counters(8));
  }

  @Test
  void refusesBadInput() {
    Stream at = new Stream(0, 0);
    MemorySegment y = empty(4);
    MemorySegment heap = MemorySegment.ofArray(new float[4]);
    assertThrows(IllegalArgumentException.class, () -> RandomFill.uniform(at, 5, 0, 1, y));
    assertThrows(IllegalArgumentException.class, () -> RandomFill.uniform(at, 4, 0, 1, heap));
    assertThrows(IllegalArgumentException.class, () -> RandomFill.uniform(at, -1, 0, 1, y));
    assertThrows(IllegalArgumentException.class, () -> RandomFill.uniform(at, 4, 1, 1, y));
    assertThrows(IllegalArgumentException.class, () -> RandomFill.uniform(at, 4, Float.NaN, 1, y));
    assertThrows(IllegalArgumentException.class, () -> RandomFill.normal(at, 4, 0, -1, y));
    assertThrows(IllegalArgumentException.class, () -> RandomFill.integers(at, 4, 0, 9, y));
    assertThrows(IllegalArgumentException.class, () -> RandomFill.integers(at, 1, 3, 3, y));
    assertThrows(IllegalArgumentException.class, () -> Dropout.apply(at, 1.5, 4, y, y));
    assertThrows(IllegalArgumentException.class, () -> Dropout.apply(at, 0.5, 4, y, empty(3)));
  }
}
