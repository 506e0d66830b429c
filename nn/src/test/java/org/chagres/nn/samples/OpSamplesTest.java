package org.chagres.nn.samples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.samples.OpSample.Memory;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The readers of the list of op samples. */
final class OpSamplesTest {

  private static final long SEED = Long.getLong("chagres.seed", 20_251_220L);
  private static final double STEP = 1.0 / 128;
  /** Elements of an input that are moved. */
  private static final int PROBES = 12;

  static Stream<OpSample> samples() {
    return OpSamples.all().stream();
  }

  private static float[][] values(OpSample s) {
    Random random = new Random(SEED);
    return Arrays.stream(s.inputs()).map(i -> i.values(random)).toArray(float[][]::new);
  }

  private static Tensor[] leaves(OpSample s, float[][] values, Memory memory) {
    Tensor[] leaves = new Tensor[values.length];
    for (int i = 0; i < leaves.length; i++) {
      leaves[i] = memory.of(values[i], s.inputs()[i].shape());
    }
    return leaves;
  }

  /** Random weights, so that a gradient that is wrong in one place does not cancel. */
  private static float[] weights(int count) {
    Random random = new Random(SEED + 1);
    float[] w = new float[count];
    for (int i = 0; i < count; i++) {
      w[i] = random.nextFloat() + 0.5f;
    }
    return w;
  }

  private static double weighted(double[] y, float[] w) {
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += y[i] * w[i];
    }
    return sum;
  }

  /** Central differences in double over f32 results: tolerance for the step's own error and for the results' rounding. */
  @ParameterizedTest
  @MethodSource("samples")
  void gradientsAreThoseOfFiniteDifferences(OpSample s) {
    float[][] values = values(s);
    try (Scope scope = Scope.open()) {
      double[] y = s.op().apply(leaves(s, values, Memory.USUAL)).toDoubles();
      float[] w = weights(y.length);
      double size = 1;
      for (int i = 0; i < y.length; i++) {
        size += Math.abs(y[i] * w[i]);
      }
      double rounding = size * 3e-7 / STEP;
      double[][] numeric = numeric(s, values, w);
      for (Memory memory : Memory.values()) {
        double[][] analytic = analytic(s, values, w, memory);
        for (int i = 0; i < numeric.length; i++) {
          for (int j = 0; j < numeric[i].length; j++) {
            if (!Double.isNaN(numeric[i][j])) {
              double tolerance = rounding + 3e-3 * (1 + Math.abs(numeric[i][j]));
              int input = i;
              int at = j;
              assertEquals(numeric[i][j], analytic[i][j], tolerance,
                  () -> s + " " + memory + ": input " + input + " element " + at + ", seed " + SEED);
            }
          }
        }
      }
    }
  }

  private static double[][] analytic(OpSample s, float[][] values, float[] w, Memory memory) {
    Tensor[] x = leaves(s, values, memory);
    for (Tensor t : x) {
      t.requiresGrad(true);
    }
    Tensor y = s.op().apply(x);
    y.backward(Tensor.of(w, y.shape()));
    return Arrays.stream(x).map(t -> t.grad().toDoubles()).toArray(double[][]::new);
  }

  /** NaN where an element was not moved. */
  private static double[][] numeric(OpSample s, float[][] values, float[] w) {
    Random random = new Random(SEED + 2);
    double[][] out = new double[values.length][];
    try (Grad off = Grad.disabled()) {
      for (int i = 0; i < values.length; i++) {
        float[] v = values[i];
        out[i] = new double[v.length];
        Arrays.fill(out[i], Double.NaN);
        for (int p = 0; p < Math.min(PROBES, v.length); p++) {
          int j = v.length <= PROBES ? p : random.nextInt(v.length);
          float before = v[j];
          float up = (float) (before + STEP);
          float down = (float) (before - STEP);
          v[j] = up;
          double high = weighted(s.op().apply(leaves(s, values, Memory.USUAL)).toDoubles(), w);
          v[j] = down;
          double low = weighted(s.op().apply(leaves(s, values, Memory.USUAL)).toDoubles(), w);
          v[j] = before;
          out[i][j] = (high - low) / ((double) up - down);
        }
      }
    }
    return out;
  }

  /** How inputs lie in memory changes no result by more than the order of sums. */
  @ParameterizedTest
  @MethodSource("samples")
  void resultsDoNotDependOnLayout(OpSample s) {
    float[][] values = values(s);
    try (Scope scope = Scope.open(); Grad off = Grad.disabled()) {
      Tensor usual = s.op().apply(leaves(s, values, Memory.USUAL));
      for (Memory memory : Memory.values()) {
        Tensor y = s.op().apply(leaves(s, values, memory));
        assertArrayEquals(usual.shape(), y.shape());
        assertArrayEquals(usual.toDoubles(), y.toDoubles(), 2e-5, () -> memory + ", seed " + SEED);
      }
    }
  }

  /** Recorded or not, an op gives the same bits; it records only if enabled and asked. */
  @ParameterizedTest
  @MethodSource("samples")
  void resultsDoNotDependOnRecording(OpSample s) {
    float[][] values = values(s);
    try (Scope scope = Scope.open()) {
      Tensor[] x = leaves(s, values, Memory.USUAL);
      Tensor plain = s.op().apply(x);
      assertFalse(plain.requiresGrad());
      for (Tensor t : x) {
        t.requiresGrad(true);
      }
      Tensor recorded = s.op().apply(x);
      assertTrue(recorded.requiresGrad());
      try (Grad off = Grad.disabled()) {
        Tensor disabled = s.op().apply(x);
        assertArrayEquals(plain.toFloats(), disabled.toFloats());
        assertTrue(disabled.isLeaf());
        try (Grad on = Grad.enabled()) {
          assertFalse(s.op().apply(x).isLeaf());
        }
      }
      assertArrayEquals(plain.toFloats(), recorded.toFloats());
    }
  }

  /** Going back twice adds the same gradient again, and needs only what was kept. */
  @ParameterizedTest
  @MethodSource("samples")
  void backwardTwiceDoublesTheGradients(OpSample s) {
    float[][] values = values(s);
    try (Scope scope = Scope.open()) {
      Tensor[] x = leaves(s, values, Memory.USUAL);
      for (Tensor t : x) {
        t.requiresGrad(true);
      }
      Tensor y = s.op().apply(x);
      Tensor w = Tensor.of(weights(Math.toIntExact(y.count())), y.shape());
      y.backward(w, true);
      double[][] once = Arrays.stream(x).map(t -> t.grad().mul(2).toDoubles()).toArray(double[][]::new);
      y.backward(w);
      for (int i = 0; i < x.length; i++) {
        assertArrayEquals(once[i], x[i].grad().toDoubles(), 1e-6);
      }
    }
  }

  /** Those whose op does the same at each replay; dropout draws new numbers. */
  static Stream<OpSample> sameEachTime() {
    return samples().filter(s -> !s.name().contains("dropout"));
  }

  /** Forward and backward, recorded and replayed with other numbers, have the bits of an eager run. */
  @ParameterizedTest
  @MethodSource("sameEachTime")
  void replaysHaveTheSameBits(OpSample s) {
    try (Recorded step = new Recorded(in -> forwardAndBackward(s, in))) {
      for (int round = 0; round < 4; round++) {
        float[][] values = new float[s.inputs().length][];
        Random random = new Random(SEED + round);
        for (int i = 0; i < values.length; i++) {
          values[i] = s.inputs()[i].values(random);
        }
        try (Scope scope = Scope.open()) {
          Tensor[] in = leaves(s, values, Memory.USUAL);
          float[][] eager = floats(forwardAndBackward(s, in));
          float[][] actual = floats(step.run(in));
          for (int i = 0; i < eager.length; i++) {
            assertArrayEquals(eager[i], actual[i], "round " + round + ", tensor " + i + ", seed " + SEED);
          }
          assertEquals(round >= 1, step.isReadyFor(in));
        }
      }
    }
  }

  private static Tensor[] forwardAndBackward(OpSample s, Tensor[] in) {
    Tensor[] leaves = new Tensor[in.length];
    for (int i = 0; i < in.length; i++) {
      leaves[i] = in[i].copy().requiresGrad(true);
    }
    Tensor y = s.op().apply(leaves);
    y.square().sum().backward();
    Tensor[] out = new Tensor[in.length + 1];
    out[0] = y;
    for (int i = 0; i < in.length; i++) {
      out[i + 1] = leaves[i].hasGrad() ? leaves[i].grad() : y;
    }
    return out;
  }

  private static float[][] floats(Tensor[] tensors) {
    return Arrays.stream(tensors).map(Tensor::toFloats).toArray(float[][]::new);
  }
}
