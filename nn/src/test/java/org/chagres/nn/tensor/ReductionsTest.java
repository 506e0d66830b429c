package org.chagres.nn.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class ReductionsTest {

  private static final long SEED = Long.getLong("chagres.seed", 43);

  /** Every set of dimensions of random tensors of one to five dimensions in random layouts, against plain loops. */
  @RepeatedTest(40)
  void setsOfDimensions(RepetitionInfo at) {
    long seed = SEED + at.getCurrentRepetition();
    Random random = new Random(seed);
    int rank = random.nextInt(1, 6);
    Plain p = Plain.random(random, random.ints(rank, 1, 6).toArray());
    Tensor t = laidOut(random, p);
    for (int set = 1; set < 1 << rank; set++) {
      boolean[] reduced = new boolean[rank];
      int mask = set;
      int[] dims = IntStream.range(0, rank).filter(d -> (mask >> d & 1) == 1).toArray();
      for (int d : dims) {
        reduced[d] = true;
      }
      String what = "seed " + seed + " " + Arrays.toString(p.shape()) + Arrays.toString(t.strides()) + " over "
          + Arrays.toString(dims);
      check(p, reduced, v -> Arrays.stream(v).sum(), t.sum(true, dims), what);
      check(p, reduced, v -> Arrays.stream(v).average().orElseThrow(), t.mean(true, dims), what);
      check(p, reduced, v -> variance(v, 0), t.var(0, true, dims), what);
      Plain longs = new Plain(Arrays.stream(p.data()).map(v -> (long) (float) v).toArray(), p.shape());
      Tensor integer = t.to(DType.I64).sum(true, dims);
      assertEquals(DType.I64, integer.dtype());
      check(longs, reduced, v -> Arrays.stream(v).sum(), integer, what);
      int[] kept = IntStream.range(0, rank).filter(d -> !reduced[d]).map(d -> p.shape()[d]).toArray();
      assertArrayEquals(kept, t.sum(false, dims).shape(), what);
      assertArrayEquals(t.sum(true, dims).toFloats(), t.sum(false, dims).toFloats(), what);
    }
    for (int d = 0; d < rank; d++) {
      boolean[] reduced = new boolean[rank];
      reduced[d] = true;
      String what = "seed " + seed + " " + Arrays.toString(p.shape()) + Arrays.toString(t.strides()) + " over " + d;
      check(p, reduced, v -> Arrays.stream(v).max().orElseThrow(), t.max(d).values().unsqueeze(d), what);
      check(p, reduced, v -> Arrays.stream(v).min().orElseThrow(), t.min(d).values().unsqueeze(d), what);
      check(p, reduced, v -> first(v, Arrays.stream(v).max().orElseThrow()), t.argmax(d).unsqueeze(d), what);
      check(p, reduced, v -> first(v, Arrays.stream(v).min().orElseThrow()), t.argmin(d).unsqueeze(d), what);
      check(p, reduced, ReductionsTest::logSumExp, t.logsumexp(d).unsqueeze(d), what);
      check(p, reduced, v -> Arrays.stream(v).reduce(1, (a, b) -> a * b), t.prod(d).unsqueeze(d), what);
      check(p, reduced, v -> 1, t.softmax(d).sum(true, d), what);
      check(p, reduced, v -> Arrays.stream(v).sum() - v.length * logSumExp(v), t.logSoftmax(d).sum(true, d), what);
    }
    boolean[] all = new boolean[rank];
    Arrays.fill(all, true);
    String what = "seed " + seed;
    check(p, all, v -> Arrays.stream(v).sum(), t.sum().reshape(ones(rank)), what);
    check(p, all, v -> first(v, Arrays.stream(v).max().orElseThrow()), t.argmax().reshape(ones(rank)), what);
    check(p, all, v -> Math.sqrt(Arrays.stream(v).map(x -> x * x).sum()), t.norm().reshape(ones(rank)), what);
  }

  private static int[] ones(int rank) {
    int[] ones = new int[rank];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Row-major, another order of dimensions, or with gaps. */
  private static Tensor laidOut(Random random, Plain p) {
    int[] order = IntStream.range(0, p.shape().length).toArray();
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    int[] back = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      back[order[i]] = i;
    }
    Tensor t = p.tensor().permute(order).contiguous().permute(back);
    return random.nextInt(3) == 0 ? Tensor.stack(-1, t, t.neg()).select(-1, 0) : t;
  }

  private static void check(
      Plain p, boolean[] reduced, ToDoubleFunction<double[]> f, Tensor t, String what) {
    Plain expected = new Plain(single(p.data()), p.shape()).reduce(reduced, f);
    assertArrayEquals(expected.shape(), t.shape(), what);
    double[] y = t.toDoubles();
    for (int i = 0; i < y.length; i++) {
      double e = expected.data()[i];
      int at = i;
      assertEquals(e, y[i], 2e-5 * (1 + Math.abs(e)), () -> what + " at " + at);
    }
  }

  private static double[] single(double[] v) {
    return Arrays.stream(v).map(x -> (float) x).toArray();
  }

  private static int first(double[] v, double wanted) {
    for (int i = 0; i < v.length; i++) {
      if (v[i] == wanted) {
        return i;
      }
    }
    throw new AssertionError();
  }

  private static double variance(double[] v, double correction) {
    double mean = Arrays.stream(v).average().orElseThrow();
    return Arrays.stream(v).map(x -> (x - mean) * (x - mean)).sum() / (v.length - correction);
  }

  private static double logSumExp(double[] v) {
    return Math.log(Arrays.stream(v).map(Math::exp).sum());
  }

  @Test
  void tiesAndNaN() {
    Tensor x = Tensor.of(new float[] {3, 1, 3, 1});
    assertEquals(0, x.argmax().item());
    assertEquals(1, x.argmin(0).item());
    Tensor nan = Tensor.of(new float[] {3, Float.NaN, 9, Float.NaN});
    assertEquals(1, nan.argmax().item());
    assertEquals(1, nan.argmin(0).item());
    assertTrue(Double.isNaN(nan.max().item()));
    assertTrue(Double.isNaN(nan.min().item()));
    assertTrue(Double.isNaN(nan.sum().item()));
    Tensor infinite = Tensor.of(new float[] {Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY});
    assertEquals(0, infinite.argmax().item());
    assertEquals(Double.NEGATIVE_INFINITY, infinite.logsumexp(0).item());
    assertEquals(1000 + Math.log(2), Tensor.of(new float[] {1000, 1000}).logsumexp(0).item(), 1e-3);
    assertArrayEquals(new float[] {0.5f, 0.5f}, Tensor.of(new float[] {1e4f, 1e4f}).softmax(0).toFloats());
  }

  /** A channels-last image's argmax counts in logical order. */
  @Test
  void argmaxCountsRowMajor() {
    Tensor x = Tensor.zeros(1, 2, 2, 2);
    x.select(1, 1).select(1, 0).select(1, 1).fill(1);
    assertTrue(x.isChannelsLast());
    assertEquals(5, x.argmax().item());
  }

  @Test
  void integersAreExact() {
    long big = (1L << 53) + 1;
    Tensor x = Tensor.of(new long[] {big, big - 1, 5, -big}, 2, 2);
    assertEquals(big, x.max().toLongs()[0]);
    assertEquals(-big, x.min().toLongs()[0]);
    assertEquals(0, x.argmax().item());
    assertArrayEquals(new long[] {big, 5}, x.max(1).values().toLongs());
    assertArrayEquals(new long[] {0, 0}, x.argmax(1).toLongs());
    assertArrayEquals(new long[] {1, 1}, x.argmin(0).toLongs());
    assertEquals(big + 4, x.sum().toLongs()[0]);
    assertEquals(DType.I32, Tensor.of(new int[] {1, 2}).max().dtype());
    assertEquals(2, Tensor.of(new boolean[] {true, false, true}).sum().item());
  }

  @Test
  void noDimensionsMeansAll() {
    Tensor x = Tensor.arange(6).to(DType.F32).reshape(2, 3);
    assertArrayEquals(new int[] {1, 1}, x.sum(true).shape());
    assertEquals(15, x.sum(false).item());
    assertEquals(2.5, x.mean(true).item());
    assertEquals(3.5, x.var(1, false).item(), 1e-6);
  }

  @Test
  void allAndAny() {
    assertTrue(Tensor.of(new boolean[] {true, true}).all());
    assertFalse(Tensor.of(new boolean[] {true, false}).all());
    assertTrue(Tensor.of(new float[] {0, 0, 2}).any());
    assertFalse(Tensor.zeros(3).any());
    assertTrue(Tensor.zeros(0).all());
    assertFalse(Tensor.zeros(0).any());
  }

  @Test
  void statistics() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4});
    assertEquals(5.0 / 3, x.var().item(), 1e-6);
    assertEquals(Math.sqrt(5.0 / 3), x.std().item(), 1e-6);
    assertEquals(1.25, x.var(0, false, 0).item(), 1e-6);
    assertTrue(Double.isNaN(Tensor.ones(1).var().item()), "one element has no unbiased variance");
    // Far from zero the naive Σx² - (Σx)² loses everything.
    Tensor far = Tensor.of(new float[] {10_000, 10_001, 10_002});
    assertEquals(1, far.var().item(), 1e-3);
  }

  @Test
  void errors() {
    Tensor x = Tensor.ones(2, 3);
    assertTrue(assertThrows(IndexOutOfBoundsException.class, () -> x.sum(2)).getMessage().contains("got 2"));
    assertTrue(assertThrows(IllegalArgumentException.class, () -> x.sum(false, 0, -2)).getMessage().contains("twice"));
    assertTrue(assertThrows(IllegalArgumentException.class, () -> x.to(DType.F64).sum())
        .getMessage().contains("expected f32"));
  }
}
