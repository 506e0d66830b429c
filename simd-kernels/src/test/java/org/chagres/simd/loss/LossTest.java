package org.chagres.simd.loss;

import static org.chagres.simd.support.Samples.assertClose;
import static org.chagres.simd.support.Samples.empty;
import static org.chagres.simd.support.Samples.floats;
import static org.chagres.simd.support.Samples.longs;
import static org.chagres.simd.support.Samples.normal;
import static org.chagres.simd.support.Samples.random;
import static org.chagres.simd.support.Samples.run;
import static org.chagres.simd.support.Samples.runOn;
import static org.chagres.simd.support.Samples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import jdk.incubator.vector.FloatVector;
import org.chagres.simd.lanes.Lanes;
import org.chagres.simd.reference.ReferenceLoss;
import org.chagres.simd.shape.ClassLoss;
import org.chagres.simd.shape.PairLoss;
import org.chagres.simd.shape.Reduction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class LossTest {

  private static final int[][] CLASSES = {
    {1, 1}, {2, 3}, {3, 4}, {5, 7}, {4, 8}, {7, 9}, {64, 10}, {3, 17}, {2, 1030}, {300, 33},
  };
  private static final int[] COUNTS = {1, 3, 4, 7, 8, 9, 16, 17, 1023, 1025, 40000};

  @Test
  void exponentialAndLogarithmHoldOverTheirDomain() {
    float[] lanes = new float[Lanes.COUNT];
    for (double x = 0; x > -87.2; x -= 0.00317) {
      float f = (float) x;
      double e = Math.exp(f);
      assertEquals(e, Exp.of(f), 2.4e-7 * e, "exp " + f);
      double u = Math.log1p((float) e);
      assertEquals(u, LogitsForward.log1p((float) e), 2.4e-7 * u, "log1p of exp " + f);
    }
    for (float f : new float[] {0f, -0f, -1e-30f, -1f, -87.3f, -88f, -1e30f, Float.NEGATIVE_INFINITY, Float.NaN}) {
      Arrays.fill(lanes, f);
      assertEquals(Exp.of(f), Exp.of(FloatVector.fromArray(Lanes.FLOAT, lanes, 0)).lane(1), 0f, "exp " + f);
    }
    assertEquals(1f, Exp.of(0f));
    assertEquals(0f, Exp.of(Float.NEGATIVE_INFINITY));
    assertTrue(Float.isNaN(Exp.of(Float.NaN)));
  }

  @Test
  void lossesOverClasses() {
    Random random = random(30);
    for (int[] s : CLASSES) {
      for (Reduction reduction : Reduction.values()) {
        for (int options = 0; options < 6; options++) {
          boolean softmax = options < 4;
          double smoothing = options == 1 || options == 3 ? 0.1 : 0;
          boolean weighted = options >= 2 && options != 4;
          classes(random, new ClassLoss(s[0], s[1], -100, smoothing, reduction, softmax), weighted);
        }
      }
    }
  }

  private static void classes(Random random, ClassLoss s, boolean weighted) {
    String what = s + " weighted " + weighted;
    int count = s.rows() * s.classes();
    double[] x = normal(random, count);
    Arrays.setAll(x, i -> (float) (4 * x[i]));
    double[] weight = new double[s.classes()];
    Arrays.setAll(weight, c -> weighted ? (float) (0.5 + random.nextDouble()) : 1);
    long[] target = new long[s.rows()];
    Arrays.setAll(target, r -> r > 0 && random.nextInt(4) == 0 ? -100 : random.nextInt(s.classes()));
    double[] logs = s.softmax() ? ReferenceLoss.logSoftmax(x, s.rows(), s.classes()) : x;
    double[] losses = ReferenceLoss.classLosses(s, logs, target, weight);
    double sum = ReferenceLoss.labelWeights(s, target, weight);
    double total = DoubleStream.of(losses).sum();
    double[] expected = switch (s.reduction()) {
      case NONE -> append(losses, sum);
      case SUM -> new double[] {total, sum};
      case MEAN -> new double[] {total / sum, sum};
    };
    MemorySegment xs = floats(x);
    MemorySegment out = empty(expected.length);
    MemorySegment saved = s.softmax() ? empty(count) : MemorySegment.NULL;
    var arguments =
        new ClassSaved(longs(target), weighted ? floats(weight) : MemorySegment.NULL, saved);
    run(() -> Losses.classForward(s, xs, arguments, out), what, out);
    assertClose(expected, out, 3e-6, what);
    if (s.softmax()) {
      assertClose(logs, saved, 1e-6, what + " log-softmax");
    }
    double[] dy = normal(random, expected.length - 1);
    double[] g = new double[s.rows()];
    Arrays.setAll(g, r -> switch (s.reduction()) {
      case NONE -> dy[r];
      case SUM -> dy[0];
      case MEAN -> dy[0] / sum;
    });
    MemorySegment dx = empty(count);
    MemorySegment dys = floats(dy);
    run(() -> Losses.classBackward(s, arguments, out, dys, dx), what + " backward", dx);
    assertClose(ReferenceLoss.classBackward(s, logs, target, weight, g), dx, 2e-6, what + " backward");
  }

  @Test
  void allRowsIgnored() {
    var s = new ClassLoss(3, 2, 1, 0, Reduction.MEAN, true);
    MemorySegment x = floats(1, 2, 3, 4, 5, 6);
    MemorySegment out = empty(2);
    MemorySegment dx = empty(6);
    var saved = new ClassSaved(longs(1, 1, 1), MemorySegment.NULL, empty(6));
    runOn(1, Losses.classForward(s, x, saved, out));
    assertClose(new double[] {Double.NaN, 0}, out, 0, "mean of nothing");
    runOn(1, Losses.classBackward(s, saved, out, floats(1), dx));
    assertClose(new double[6], dx, 0, "gradient of nothing");
    var sum = new ClassLoss(3, 2, 1, 0, Reduction.SUM, true);
    runOn(1, Losses.classForward(sum, x, saved, out));
    assertClose(new double[] {0, 0}, out, 0, "sum of nothing");
  }

  @Test
  void largeScoresAndNan() {
    var s = new ClassLoss(3, 9, -100, 0, Reduction.NONE, true);
    double[] x = new double[27];
    x[0] = 3e38;
    x[9] = -3e38;
    x[20] = Double.NaN;
    MemorySegment out = empty(4);
    var saved = new ClassSaved(longs(0, 1, 0), MemorySegment.NULL, empty(27));
    runOn(1, Losses.classForward(s, floats(x), saved, out));
    assertClose(new double[] {0, Math.log(8), Double.NaN, 3}, out, 1e-6, "large scores");
  }

  @Test
  void lossesOfPairs() {
    Random random = random(31);
    for (int count : COUNTS) {
      for (PairLoss loss : PairLoss.values()) {
        for (Reduction reduction : Reduction.values()) {
          for (float parameter : new float[] {0f, 0.7f}) {
            if (loss != PairLoss.HUBER || parameter > 0) {
              pairs(random, new Pair(loss, parameter, reduction), count);
            }
          }
        }
      }
    }
  }

  private static void pairs(Random random, Pair p, int count) {
    String what = p + " of " + count;
    double[] x = normal(random, count);
    double[] t = normal(random, count);
    t[0] = x[0];
    double[] losses = new double[count];
    double[] slopes = new double[count];
    for (int i = 0; i < count; i++) {
      losses[i] = ReferenceLoss.pair(p.loss(), p.parameter(), x[i] - t[i]);
      slopes[i] = ReferenceLoss.pairSlope(p.loss(), p.parameter(), x[i] - t[i]);
    }
    elements(
        random, p.reduction(), losses, slopes, what,
        (out) -> Losses.pairForward(p, count, floats(x), floats(t), out),
        (dy, dx) -> Losses.pairBackward(p, count, dy, floats(x), floats(t), new PairGradients(dx, MemorySegment.NULL)));
    Arrays.setAll(slopes, i -> -slopes[i]);
    elements(
        random, p.reduction(), losses, slopes, what + " target",
        (out) -> Losses.pairForward(p, count, floats(x), floats(t), out),
        (dy, dt) -> Losses.pairBackward(p, count, dy, floats(x), floats(t), new PairGradients(MemorySegment.NULL, dt)));
  }

  @Test
  void binaryCrossEntropy() {
    Random random = random(32);
    for (int[] s : new int[][] {{1, 1}, {3, 1}, {5, 7}, {9, 8}, {4, 33}, {400, 17}}) {
      for (Reduction reduction : Reduction.values()) {
        for (boolean weighted : new boolean[] {false, true}) {
          Logits shape = new Logits(s[0], s[1], reduction);
          int count = s[0] * s[1];
          double[] x = normal(random, count);
          double[] t = new double[count];
          double[] p = new double[s[1]];
          Arrays.setAll(x, i -> (float) (x[i] * (random.nextInt(4) == 0 ? 40 : 2)));
          Arrays.setAll(t, i -> random.nextInt(3) == 0 ? random.nextFloat() : random.nextInt(2));
          Arrays.setAll(p, i -> weighted ? 0.5f + random.nextFloat() : 1);
          double[] losses = new double[count];
          double[] slopes = new double[count];
          for (int i = 0; i < count; i++) {
            losses[i] = ReferenceLoss.logits(x[i], t[i], p[i % s[1]]);
            slopes[i] = ReferenceLoss.logitsSlope(x[i], t[i], p[i % s[1]]);
          }
          MemorySegment xs = floats(x);
          MemorySegment ts = floats(t);
          MemorySegment ps = weighted ? floats(p) : MemorySegment.NULL;
          elements(
              random, reduction, losses, slopes, shape + " weighted " + weighted,
              (out) -> Losses.logitsForward(shape, xs, ts, ps, out),
              (dy, dx) -> Losses.logitsBackward(shape, dy, xs, ts, ps, dx));
        }
      }
    }
  }

  private interface Forward {
    org.chagres.simd.parallel.Job into(MemorySegment out);
  }

  private interface Backward {
    org.chagres.simd.parallel.Job into(MemorySegment dy, MemorySegment dx);
  }

  private static void elements(
      Random random,
      Reduction reduction,
      double[] losses,
      double[] slopes,
      String what,
      Forward forward,
      Backward backward) {
    int count = losses.length;
    double total = DoubleStream.of(losses).sum();
    double[] expected = switch (reduction) {
      case NONE -> losses;
      case SUM -> new double[] {total};
      case MEAN -> new double[] {total / count};
    };
    MemorySegment out = empty(expected.length);
    var job = forward.into(out);
    run(() -> job, what, out);
    assertClose(expected, out, 2e-6, what);
    double[] dy = normal(random, expected.length);
    double[] dx = new double[count];
    Arrays.setAll(dx, i -> slopes[i] * switch (reduction) {
      case NONE -> dy[i];
      case SUM -> dy[0];
      case MEAN -> dy[0] / count;
    });
    MemorySegment got = empty(count);
    var back = backward.into(floats(dy), got);
    run(() -> back, what + " backward", got);
    assertClose(dx, got, 2e-6, what + " backward");
  }

  @Test
  void emptyPairs() {
    MemorySegment none = MemorySegment.NULL;
    MemorySegment out = empty(1);
    runOn(1, Losses.pairForward(new Pair(PairLoss.MSE, 0, Reduction.MEAN), 0, none, none, out));
    assertTrue(Double.isNaN(values(out)[0]));
    runOn(1, Losses.pairForward(new Pair(PairLoss.MSE, 0, Reduction.SUM), 0, none, none, out));
    assertEquals(0, values(out)[0]);
  }

  @Test
  void refusesBadInput() {
    var s = new ClassLoss(2, 3, -100, 0, Reduction.MEAN, true);
    MemorySegment x = empty(6);
    MemorySegment heap = MemorySegment.ofArray(new float[6]);
    MemorySegment none = MemorySegment.NULL;
    var saved = new ClassSaved(longs(0, 1), none, x);
    refused(() -> Losses.classForward(s, heap, saved, x));
    refused(() -> Losses.classForward(s, empty(5), saved, x));
    refused(() -> Losses.classForward(s, x, saved, empty(1)));
    refused(() -> Losses.classForward(s, x, new ClassSaved(longs(0), none, x), x));
    refused(() -> Losses.classForward(s, x, new ClassSaved(longs(0, 1), empty(2), x), x));
    refused(() -> Losses.classForward(s, x, new ClassSaved(longs(0, 1), none, none), x));
    refused(() -> Losses.classBackward(s, saved, empty(1), x, x));
    var smoothed = new ClassLoss(2, 3, -100, 0.1, Reduction.MEAN, false);
    refused(() -> Losses.classForward(smoothed, x, saved, x));
    refused(() -> runOn(1, Losses.classForward(s, x, new ClassSaved(longs(0, 3), none, x), empty(2))));
    refused(() -> runOn(1, Losses.classForward(s, x, new ClassSaved(longs(-1, 0), none, x), empty(2))));
    refused(() -> new Pair(PairLoss.HUBER, 0, Reduction.MEAN));
    refused(() -> new Pair(PairLoss.SMOOTH_L1, -1, Reduction.MEAN));
    var pair = new Pair(PairLoss.MSE, 0, Reduction.NONE);
    refused(() -> Losses.pairForward(pair, 7, x, x, x));
    refused(() -> Losses.pairForward(pair, -1, x, x, x));
    refused(() -> Losses.pairForward(pair, 6, x, x, empty(1)));
    refused(() -> Losses.pairBackward(pair, 6, empty(1), x, x, new PairGradients(x, x)));
    var logits = new Logits(2, 3, Reduction.MEAN);
    refused(() -> Losses.logitsForward(logits, x, empty(5), none, x));
    refused(() -> Losses.logitsForward(logits, x, x, empty(2), x));
    refused(() -> Losses.logitsBackward(logits, x, x, x, none, empty(5)));
  }

  private static void refused(org.junit.jupiter.api.function.Executable call) {
    assertThrows(IllegalArgumentException.class, call);
  }

  private static double[] append(double[] a, double value) {
    double[] b = Arrays.copyOf(a, a.length + 1);
    b[a.length] = value;
    return b;
  }
}
