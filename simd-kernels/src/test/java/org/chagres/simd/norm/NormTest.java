package org.chagres.simd.norm;

import static org.chagres.simd.support.Samples.assertClose;
import static org.chagres.simd.support.Samples.empty;
import static org.chagres.simd.support.Samples.floats;
import static org.chagres.simd.support.Samples.normal;
import static org.chagres.simd.support.Samples.random;
import static org.chagres.simd.support.Samples.run;
import static org.chagres.simd.support.Samples.runOn;
import static org.chagres.simd.support.Samples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.reference.ReferenceNorm;
import org.chagres.simd.shape.NormShape;
import org.chagres.simd.shape.UnaryOp;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class NormTest {

  private static final int[][] SHAPES = {
    {1, 1}, {2, 1}, {2, 3}, {3, 4}, {4, 5}, {5, 7}, {7, 8}, {8, 9}, {9, 15}, {11, 16}, {13, 17}, {127, 33}, {128, 6},
    {129, 32}, {700, 21}, {3, 2100},
  };
  private static final double EPS = 1e-5;

  @Test
  void batchMomentsAndRunningStatistics() {
    Random random = random(10);
    for (int[] s : SHAPES) {
      NormShape shape = new NormShape(s[0], s[1], EPS);
      double[] x = shifted(random, shape);
      double[][] m = ReferenceNorm.columnMoments(x, s[0], s[1]);
      double[] oldMean = normal(random, s[1]);
      double[] oldVariance = normal(random, s[1]);
      double[] runningMean = new double[s[1]];
      double[] runningVariance = new double[s[1]];
      for (int c = 0; c < s[1]; c++) {
        runningMean[c] = 0.9 * oldMean[c] + 0.1 * m[0][c];
        runningVariance[c] = 0.9 * oldVariance[c] + 0.1 * m[1][c] * s[0] / (s[0] - 1);
      }
      String what = "batch moments " + shape;
      MemorySegment xs = floats(x);
      Moments out = new Moments(empty(s[1]), empty(s[1]));
      run(() -> BatchNorm.moments(shape, xs, out, Running.NONE), what, out.mean(), out.inverseStd());
      assertClose(m[0], out.mean(), 1e-6, what + " mean");
      assertClose(inverse(m[1]), out.inverseStd(), 2e-6, what + " inverse std");
      if (s[0] > 1) {
        Running running = new Running(floats(oldMean), floats(oldVariance), 0.1);
        runOn(2, BatchNorm.moments(shape, xs, out, running));
        assertClose(runningMean, running.mean(), 1e-6, what + " running mean");
        assertClose(runningVariance, running.variance(), 2e-6, what + " running variance");
      }
    }
  }

  @Test
  void varianceHoldsWhereTheMeanIsLarge() {
    Random random = random(11);
    int rows = 1500;
    int columns = 19;
    NormShape shape = new NormShape(rows, columns, 0);
    double[] x = new double[rows * columns];
    for (int i = 0; i < x.length; i++) {
      // on a grid that floats hold exactly, so that the reference sees the same numbers
      x[i] = Math.round(random.nextGaussian() * 64) / 64.0 + 4096 * (i % columns);
    }
    double[][] m = ReferenceNorm.columnMoments(x, rows, columns);
    Moments out = new Moments(empty(columns), empty(columns));
    runOn(1, BatchNorm.moments(shape, floats(x), out, Running.NONE));
    double[] inverse = values(out.inverseStd());
    for (int c = 0; c < columns; c++) {
      assertEquals(1, 1 / (inverse[c] * inverse[c]) / m[1][c], 1e-6, "column " + c);
    }
  }

  @Test
  void constantAndNanColumns() {
    int rows = 777;
    double[] x = new double[rows * 2];
    for (int r = 0; r < rows; r++) {
      x[2 * r] = 0.1f;
      x[2 * r + 1] = r == 500 ? Double.NaN : 1;
    }
    Moments out = new Moments(empty(2), empty(2));
    run(
        () -> BatchNorm.moments(new NormShape(rows, 2, EPS), floats(x), out, Running.NONE),
        "constant",
        out.mean(),
        out.inverseStd());
    assertClose(new double[] {0.1f, Double.NaN}, out.mean(), 0, "mean");
    assertClose(new double[] {1 / Math.sqrt(EPS), Double.NaN}, out.inverseStd(), 1e-6, "inverse std");
  }

  @Test
  void batchApplyAndBackward() {
    Random random = random(12);
    for (int[] s : SHAPES) {
      NormShape shape = new NormShape(s[0], s[1], EPS);
      double[] x = normal(random, shape.count());
      double[] dy = normal(random, shape.count());
      double[] w = normal(random, s[1]);
      double[] b = normal(random, s[1]);
      double[][] m = ReferenceNorm.columnMoments(x, s[0], s[1]);
      double[] inverse = s[0] == 1 ? ones(s[1]) : inverse(m[1]);
      double[] hat = ReferenceNorm.columnHat(x, s[1], m[0], inverse);
      MemorySegment xs = floats(x);
      MemorySegment dys = floats(dy);
      Moments moments = new Moments(floats(m[0]), floats(inverse));
      for (boolean affine : new boolean[] {true, false}) {
        String what = "batch norm " + shape + " affine " + affine;
        Affine a = affine ? new Affine(floats(w), floats(b)) : Affine.NONE;
        double[] weight = affine ? w : ones(s[1]);
        MemorySegment y = empty(shape.count());
        run(() -> BatchNorm.apply(shape, xs, moments, a, y), what, y);
        assertClose(ReferenceNorm.affine(hat, s[1], weight, affine ? b : new double[s[1]]), y, 4e-6, what);
        double[] g = ReferenceNorm.affine(dy, s[1], weight, new double[s[1]]);
        double[] scaled = ReferenceNorm.affine(g, s[1], inverse, new double[s[1]]);
        Gradients out = new Gradients(empty(shape.count()), empty(s[1]), empty(s[1]));
        run(
            () -> BatchNorm.backward(shape, true, dys, xs, moments, a, out), what, out.x(), out.weight(), out.bias());
        assertClose(ReferenceNorm.columnBackward(g, hat, s[0], s[1], inverse), out.x(), 1e-5, what + " dx");
        assertClose(ReferenceNorm.columnProducts(dy, hat, s[1]), out.weight(), tolerance(s[0]), what + " dw");
        assertClose(ReferenceNorm.columnProducts(dy, fill(dy.length, 1), s[1]), out.bias(), tolerance(s[0]), what);
        run(
            () -> BatchNorm.backward(shape, false, dys, xs, moments, a, out), what, out.x(), out.weight(), out.bias());
        assertClose(scaled, out.x(), 1e-6, what + " dx in evaluation");
        assertClose(ReferenceNorm.columnProducts(dy, hat, s[1]), out.weight(), tolerance(s[0]), what + " dw");
        Gradients alone = new Gradients(out.x(), MemorySegment.NULL, MemorySegment.NULL);
        run(() -> BatchNorm.backward(shape, false, dys, xs, moments, a, alone), what, out.x());
        assertClose(scaled, out.x(), 1e-6, what + " dx alone");
      }
      runOn(1, BatchNorm.apply(shape, xs, moments, Affine.NONE, xs));
      assertClose(hat, xs, 4e-6, "in place " + shape);
    }
  }

  @Test
  void reluInTheSamePassHasTheBitsOfTwo() {
    Random random = random(15);
    for (int[] s : SHAPES) {
      NormShape shape = new NormShape(s[0], s[1], EPS);
      MemorySegment x = floats(shifted(random, shape));
      MemorySegment dy = floats(normal(random, shape.count()));
      Moments m = new Moments(floats(normal(random, s[1])), floats(normal(random, s[1])));
      Affine a = new Affine(floats(normal(random, s[1])), floats(normal(random, s[1])));
      Unary relu = Unary.of(UnaryOp.RELU);
      MemorySegment y = empty(shape.count());
      runOn(1, BatchNorm.apply(shape, x, m, a, y));
      runOn(1, UnaryMap.forward(relu, shape.count(), y, y));
      MemorySegment dz = empty(shape.count());
      runOn(1, UnaryMap.backward(relu, shape.count(), dy, y, dz));
      MemorySegment fused = empty(shape.count());
      run(() -> BatchNorm.applyRelu(shape, x, m, a, fused), "relu " + shape, fused);
      assertEquals(-1, y.mismatch(fused), "relu " + shape);
      for (boolean training : new boolean[] {true, false}) {
        String what = "relu backward " + shape + " training " + training;
        Gradients two = new Gradients(empty(shape.count()), empty(s[1]), empty(s[1]));
        runOn(1, BatchNorm.backward(shape, training, dz, x, m, a, two));
        Gradients one = new Gradients(empty(shape.count()), empty(s[1]), empty(s[1]));
        run(() -> BatchNorm.backwardRelu(shape, training, dy, x, m, a, one), what, one.x(), one.weight(), one.bias());
        assertEquals(-1, two.x().mismatch(one.x()), what);
        assertEquals(-1, two.weight().mismatch(one.weight()), what + " dw");
        assertEquals(-1, two.bias().mismatch(one.bias()), what + " db");
      }
    }
  }

  /** Not zero: a NaN goes through a ReLU, and a gradient goes back through it. */
  @Test
  void reluKeepsNan() {
    int columns = 19;
    NormShape shape = new NormShape(1, columns, EPS);
    double[] nan = fill(columns, Double.NaN);
    MemorySegment x = floats(nan);
    Moments m = new Moments(floats(new double[columns]), floats(ones(columns)));
    MemorySegment y = empty(columns);
    runOn(1, BatchNorm.applyRelu(shape, x, m, Affine.NONE, y));
    assertClose(nan, y, 0, "forward");
    Gradients out = new Gradients(empty(columns), empty(columns), empty(columns));
    runOn(1, BatchNorm.backwardRelu(shape, false, floats(fill(columns, 3)), x, m, Affine.NONE, out));
    assertClose(fill(columns, 3), out.x(), 0, "backward");
    assertClose(fill(columns, 3), out.bias(), 0, "bias");
  }

  @Test
  void sumsOfRowsThatComeAFewAtATime() {
    Random random = random(16);
    int[] pieces = {1, 7, 8, 130, 3, 300, 0, 64};
    for (int columns : new int[] {1, 5, 8, 19, 64}) {
      int rows = java.util.Arrays.stream(pieces).sum();
      double[] x = shifted(random, new NormShape(rows, columns + 3, EPS));
      MemorySegment xs = floats(x);
      double[] dense = new double[rows * columns];
      for (int i = 0; i < dense.length; i++) {
        dense[i] = x[i / columns * (columns + 3) + i % columns];
      }
      double[][] expected = ReferenceNorm.columnMoments(dense, rows, columns);
      long bytes = ColumnSums.bytes(columns);
      MemorySegment states = empty(3 * bytes / 4);
      long pitch = 4L * (columns + 3);
      long row = 0;
      for (int k = 0; k < 3; k++) {
        long state = states.address() + k * bytes;
        ColumnSums.clear(columns, state);
        for (int p = 3 * k; k < 2 && p < 3 * k + 3 + 2 * k; p++) { // the last state stays empty
          ColumnSums.add(columns, xs.address() + row * pitch, pitch, pieces[p], state);
          row += pieces[p];
        }
        ColumnSums.finish(columns, state);
      }
      MemorySegment mean = empty(columns);
      MemorySegment inverse = empty(columns);
      ColumnSums.Target target = new ColumnSums.Target(mean.address(), inverse.address(), 0, 0, EPS, 0);
      ColumnSums.join(columns, 0, columns, states.address(), 3, target);
      assertEquals(rows, row);
      assertClose(expected[0], mean, 1e-6, "mean of " + columns);
      assertClose(inverse(expected[1]), inverse, 2e-6, "inverse std of " + columns);
    }
  }

  @Test
  void runningMomentsForEvaluation() {
    double[] mean = {1, -2, 3};
    double[] variance = {0, 4, 0.25};
    Moments out = new Moments(empty(3), empty(3));
    NormShape shape = new NormShape(5, 3, EPS);
    Running running = new Running(floats(mean), floats(variance), 0.1);
    run(() -> BatchNorm.runningMoments(shape, running, out), "running moments", out.mean(), out.inverseStd());
    assertClose(mean, out.mean(), 0, "mean");
    assertClose(inverse(variance), out.inverseStd(), 1e-7, "inverse std");
  }

  @Test
  void layerForwardAndBackward() {
    Random random = random(13);
    for (int[] s : SHAPES) {
      NormShape shape = new NormShape(s[0], s[1], EPS);
      double[] x = normal(random, shape.count());
      double[] dy = normal(random, shape.count());
      double[] w = normal(random, s[1]);
      double[] b = normal(random, s[1]);
      double[][] m = ReferenceNorm.rowMoments(x, s[0], s[1]);
      double[] inverse = inverse(m[1]);
      double[] turned = ReferenceNorm.columnHat(ReferenceNorm.transpose(x, s[0], s[1]), s[0], m[0], inverse);
      double[] hat = ReferenceNorm.transpose(turned, s[1], s[0]);
      MemorySegment xs = floats(x);
      MemorySegment dys = floats(dy);
      for (boolean affine : new boolean[] {true, false}) {
        String what = "layer norm " + shape + " affine " + affine;
        Affine a = affine ? new Affine(floats(w), floats(b)) : Affine.NONE;
        double[] weight = affine ? w : ones(s[1]);
        Moments moments = new Moments(empty(s[0]), empty(s[0]));
        MemorySegment y = empty(shape.count());
        run(() -> LayerNorm.forward(shape, xs, a, moments, y), what, y, moments.mean(), moments.inverseStd());
        assertClose(m[0], moments.mean(), 1e-6, what + " mean");
        assertClose(inverse, moments.inverseStd(), 2e-6, what + " inverse std");
        assertClose(ReferenceNorm.affine(hat, s[1], weight, affine ? b : new double[s[1]]), y, 6e-6, what);
        double[] g = ReferenceNorm.affine(dy, s[1], weight, new double[s[1]]);
        double[] dx =
            ReferenceNorm.transpose(
                ReferenceNorm.columnBackward(
                    ReferenceNorm.transpose(g, s[0], s[1]), turned, s[1], s[0], inverse),
                s[1],
                s[0]);
        Gradients out = new Gradients(empty(shape.count()), empty(s[1]), empty(s[1]));
        run(() -> LayerNorm.backward(shape, dys, xs, moments, a, out), what, out.x(), out.weight(), out.bias());
        assertClose(dx, out.x(), s[1] < 4 ? 1e-3 : 2e-5, what + " dx");
        assertClose(ReferenceNorm.columnProducts(dy, hat, s[1]), out.weight(), tolerance(s[0]), what + " dw");
        assertClose(ReferenceNorm.columnProducts(dy, fill(dy.length, 1), s[1]), out.bias(), tolerance(s[0]), what);
        Gradients alone = new Gradients(empty(shape.count()), MemorySegment.NULL, MemorySegment.NULL);
        runOn(1, LayerNorm.backward(shape, dys, xs, moments, a, alone));
        assertEquals(-1, alone.x().mismatch(out.x()), what + " dx alone");
      }
    }
  }

  @Test
  void layerVarianceHoldsWhereTheMeanIsLarge() {
    Random random = random(14);
    int columns = 5000;
    double[] x = new double[columns];
    for (int i = 0; i < columns; i++) {
      x[i] = 10000 + Math.round(random.nextGaussian() * 256) / 256.0;
    }
    double[][] m = ReferenceNorm.rowMoments(x, 1, columns);
    Moments out = new Moments(empty(1), empty(1));
    runOn(1, LayerNorm.forward(new NormShape(1, columns, 0), floats(x), Affine.NONE, out, empty(columns)));
    assertClose(m[0], out.mean(), 6e-8, "mean");
    assertClose(inverse(m[1], 0), out.inverseStd(), 1e-6, "inverse std");
  }

  @Test
  void refusesBadInput() {
    NormShape shape = new NormShape(2, 3, EPS);
    MemorySegment ok = empty(6);
    MemorySegment small = empty(2);
    MemorySegment heap = MemorySegment.ofArray(new float[6]);
    Moments m = new Moments(ok, ok);
    Gradients g = new Gradients(ok, ok, ok);
    refused(() -> BatchNorm.moments(shape, small, m, Running.NONE));
    refused(() -> BatchNorm.moments(shape, heap, m, Running.NONE));
    refused(() -> BatchNorm.moments(shape, ok, new Moments(small, ok), Running.NONE));
    refused(() -> BatchNorm.moments(shape, ok, m, new Running(ok, MemorySegment.NULL, 0.1)));
    refused(() -> BatchNorm.moments(shape, ok, m, new Running(ok, ok, 1.5)));
    refused(() -> BatchNorm.moments(new NormShape(1, 3, EPS), ok, m, new Running(ok, ok, 0.1)));
    refused(() -> BatchNorm.runningMoments(shape, Running.NONE, m));
    refused(() -> BatchNorm.apply(shape, ok, m, new Affine(small, MemorySegment.NULL), ok));
    refused(() -> BatchNorm.apply(shape, ok, m, Affine.NONE, small));
    refused(() -> BatchNorm.backward(shape, true, small, ok, m, Affine.NONE, g));
    refused(() -> BatchNorm.backward(shape, true, ok, ok, m, Affine.NONE, new Gradients(small, ok, ok)));
    refused(() -> LayerNorm.forward(shape, ok, Affine.NONE, new Moments(empty(1), ok), ok));
    refused(() -> LayerNorm.backward(shape, ok, ok, m, Affine.NONE, new Gradients(ok, small, ok)));
  }

  private static void refused(org.junit.jupiter.api.function.Executable call) {
    assertThrows(IllegalArgumentException.class, call);
  }

  private static double[] shifted(Random random, NormShape shape) {
    double[] x = normal(random, shape.count());
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (x[i] + i % shape.columns() % 5);
    }
    return x;
  }

  private static double tolerance(int reduction) {
    return 2e-6 * (1 + Math.sqrt(reduction));
  }

  private static double[] ones(int n) {
    return fill(n, 1);
  }

  private static double[] fill(int n, double value) {
    double[] a = new double[n];
    Arrays.fill(a, value);
    return a;
  }

  private static double[] inverse(double[] variance) {
    return inverse(variance, EPS);
  }

  private static double[] inverse(double[] variance, double eps) {
    return Arrays.stream(variance).map(v -> 1 / Math.sqrt(v + eps)).toArray();
  }
}
