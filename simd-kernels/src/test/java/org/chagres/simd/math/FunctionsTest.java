package org.chagres.simd.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.function.DoubleUnaryOperator;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.reference.ReferenceElementwise;
import org.chagres.simd.shape.UnaryOp;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The polynomials' errors in units in the last place, over dense sweeps of float bit patterns. */
@Tag("lanes")
class FunctionsTest {

  /** Every so many bit patterns; fewer where forced lanes are emulated. */
  private static final int STEP = System.getProperty("chagres.lanes", "").isEmpty() ? 5_003 : 1_000_003;

  private record Worst(double error, float at) {}

  private static float[] sweep(float from, float to) {
    int a = Float.floatToIntBits(from);
    int b = Float.floatToIntBits(to);
    int n = (b - a) / STEP + 2;
    float[] x = new float[n];
    for (int i = 0; i < n - 1; i++) {
      x[i] = Float.intBitsToFloat(a + i * STEP);
    }
    x[n - 1] = to;
    return x;
  }

  private static float[] run(UnaryOp op, float[] x) {
    MemorySegment y = Buffers.bytes(4L * x.length);
    Buffers.run(1, UnaryMap.forward(Unary.of(op), x.length, Buffers.of(x), y));
    return Buffers.floats(y);
  }

  private static Worst worst(UnaryOp op, DoubleUnaryOperator exact, float from, float to, boolean negative) {
    float[] x = sweep(from, to);
    if (negative) {
      for (int i = 0; i < x.length; i++) {
        x[i] = -x[i];
      }
    }
    float[] y = run(op, x);
    Worst worst = new Worst(-1, 0);
    for (int i = 0; i < x.length; i++) {
      double error = Buffers.ulps(exact.applyAsDouble(x[i]), y[i]);
      if (error > worst.error) {
        worst = new Worst(error, x[i]);
      }
    }
    return worst;
  }

  private static void within(double limit, Worst worst) {
    assertTrue(worst.error <= limit, worst.error + " ulp at " + worst.at);
  }

  @Test
  void exponential() {
    within(2, worst(UnaryOp.EXP, Math::exp, 0f, 88.722f, false));
    within(2, worst(UnaryOp.EXP, Math::exp, 0f, 87.336f, true));
    float[] x = {88.73f, 100f, Float.MAX_VALUE, Float.POSITIVE_INFINITY, -87.4f, -1e30f, Float.NEGATIVE_INFINITY};
    float[] y = run(UnaryOp.EXP, x);
    for (int i = 0; i < x.length; i++) {
      assertEquals(x[i] > 0 ? Float.POSITIVE_INFINITY : 0f, y[i], "e^" + x[i]);
    }
    float[] nan = run(UnaryOp.EXP, new float[] {Float.intBitsToFloat(0x7F800001), Float.intBitsToFloat(0xFFFFFFFF)});
    assertTrue(Float.isNaN(nan[0]) && Float.isNaN(nan[1]));
  }

  @Test
  void logarithm() {
    within(2, worst(UnaryOp.LOG, Math::log, Float.MIN_VALUE, Float.MAX_VALUE, false));
    within(2, worst(UnaryOp.LOG, Math::log, 0.7f, 1.42f, false));
    float[] y = run(UnaryOp.LOG, new float[] {0f, -0f, -1f, Float.POSITIVE_INFINITY, Float.NaN, -Float.MIN_VALUE, 1f});
    float inf = Float.POSITIVE_INFINITY;
    float[] expected = {-inf, -inf, Float.NaN, inf, Float.NaN, Float.NaN, 0f};
    for (int i = 0; i < y.length; i++) {
      assertEquals(expected[i], y[i]);
    }
  }

  @Test
  void hyperbolicTangent() {
    within(3, worst(UnaryOp.TANH, Math::tanh, 0f, 100f, false));
    within(3, worst(UnaryOp.TANH, Math::tanh, 0f, 100f, true));
    within(0, worst(UnaryOp.TANH, Math::tanh, 100f, Float.POSITIVE_INFINITY, true));
  }

  @Test
  void logistic() {
    DoubleUnaryOperator exact = x -> 1 / (1 + Math.exp(-x));
    within(4, worst(UnaryOp.SIGMOID, exact, 0f, 1000f, false));
    within(4, worst(UnaryOp.SIGMOID, exact, 0f, 87f, true));
  }

  @Test
  void normalDistributionThroughGelu() {
    DoubleUnaryOperator exact = x -> x * ReferenceElementwise.cumulative(x);
    within(8, worst(UnaryOp.GELU, exact, 1e-30f, 1000f, false));
    within(8, worst(UnaryOp.GELU, exact, 1e-30f, 1f, true));
    // Here x²/2 is rounded before the exponential: half an ulp of 84 is 3.8e-6, or 64 ulp of the result.
    within(80, worst(UnaryOp.GELU, exact, 1f, 12.9f, true));
  }
}
