package org.chagres.simd.elementwise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import org.chagres.simd.math.Buffers;
import org.chagres.simd.reference.ReferenceElementwise;
import org.chagres.simd.shape.UnaryOp;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("lanes")
class UnaryMapTest {

  private static final int[] RAGGED = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 100, 1031};

  private static Unary function(UnaryOp op) {
    return switch (op) {
      case LEAKY_RELU -> new Unary(op, 0.1f, 0f);
      case AFFINE -> new Unary(op, -1.5f, 0.25f);
      case POW -> new Unary(op, 2.5f, 0f);
      case CLAMP -> new Unary(op, -0.5f, 1.25f);
      default -> Unary.of(op);
    };
  }

  /** Operands the function is at home with: positive ones where it needs them. */
  private static MemorySegment operands(UnaryOp op, Random random, long n) {
    MemorySegment x = Buffers.normal(random, n, 3);
    if (op == UnaryOp.LOG || op == UnaryOp.SQRT || op == UnaryOp.POW) {
      Buffers.run(1, UnaryMap.forward(Unary.of(UnaryOp.ABS), n, x, x));
    }
    return x;
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void forwardAndBackward(UnaryOp op) {
    Unary f = function(op);
    Random random = new Random(Buffers.SEED);
    for (int n : RAGGED) {
      MemorySegment x = operands(op, random, n);
      MemorySegment dy = Buffers.normal(random, n, 1);
      MemorySegment y = Buffers.bytes(4L * n);
      MemorySegment dx = Buffers.bytes(4L * n);
      Buffers.run(1, UnaryMap.forward(f, n, x, y));
      MemorySegment saved = op.savesOutput() ? y : x;
      Buffers.run(1, UnaryMap.backward(f, n, dy, saved, dx));
      for (int i = 0; i < n; i++) {
        float from = Buffers.at(x, i);
        int at = i;
        Supplier<String> what = () -> op + " of " + from + ", element " + at + " of " + n;
        Buffers.near(ReferenceElementwise.unary(f, Buffers.at(x, i)), Buffers.at(y, i), 5e-7, 1e-6, what);
        double slope = ReferenceElementwise.derivative(f, Buffers.at(saved, i));
        Buffers.near(slope * Buffers.at(dy, i), Buffers.at(dx, i), 2e-6, 2e-6, () -> "derivative of " + what.get());
      }
      Buffers.run(1, UnaryMap.forward(f, n, x, x));
      assertEquals(-1, x.mismatch(y), op + " in place, " + n);
      Buffers.run(1, UnaryMap.backward(f, n, dy, op.savesOutput() ? y : operands(op, new Random(1), n), dy));
    }
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void specialValues(UnaryOp op) {
    Unary f = function(op);
    float[] x = Buffers.SPECIAL;
    MemorySegment y = Buffers.bytes(4L * x.length);
    Buffers.run(1, UnaryMap.forward(f, x.length, Buffers.of(x), y));
    for (int i = 0; i < x.length; i++) {
      String what = op + " of " + x[i];
      float expected = (float) ReferenceElementwise.unary(f, x[i]);
      Buffers.near(expected, Buffers.at(y, i), 1e-6, 2e-6, () -> what);
    }
    if (op.savesOutput()) {
      return;
    }
    float[] one = new float[x.length];
    Arrays.fill(one, 1f);
    Buffers.run(1, UnaryMap.backward(f, x.length, Buffers.of(one), Buffers.of(x), y));
    for (int i = 0; i < x.length; i++) {
      String what = op + "' of " + x[i];
      double slope = ReferenceElementwise.derivative(f, x[i]);
      if (op == UnaryOp.GELU_TANH && Math.abs(x[i]) > 1e10) {
        slope = x[i] > 0 ? 1 : 0; // In double too, x² overflows times a slope of 0 at infinity.
      }
      Buffers.near((float) slope, Buffers.at(y, i), 1e-6, 2e-6, () -> what);
    }
  }

  @Test
  void anElementsBitsDoNotDependOnItsPlace() {
    for (UnaryOp op : UnaryOp.values()) {
      MemorySegment x = operands(op, new Random(Buffers.SEED), 37);
      MemorySegment whole = Buffers.bytes(4 * 37);
      Buffers.run(1, UnaryMap.forward(function(op), 37, x, whole));
      for (int i = 0; i < 37; i++) {
        MemorySegment one = Buffers.bytes(4);
        Buffers.run(1, UnaryMap.forward(function(op), 1, x.asSlice(4L * i, 4), one));
        assertEquals(Buffers.at(whole, i), Buffers.at(one, 0), op + " at " + i);
      }
    }
  }

  @Test
  void anyNumberOfThreads() {
    int n = 70_001;
    MemorySegment x = Buffers.normal(new Random(Buffers.SEED), n, 2);
    MemorySegment y = Buffers.bytes(4L * n);
    Buffers.runEverywhere(UnaryMap.forward(Unary.of(UnaryOp.GELU), n, x, y), y);
    Buffers.runEverywhere(UnaryMap.backward(Unary.of(UnaryOp.SILU), n, x, x, y), y);
  }

  @Test
  void refusesWhatDoesNotFit() {
    Unary f = Unary.of(UnaryOp.RELU);
    MemorySegment good = Buffers.bytes(40);
    assertThrows(IllegalArgumentException.class, () -> UnaryMap.forward(f, 11, good, good));
    assertThrows(IllegalArgumentException.class, () -> UnaryMap.forward(f, -1, good, good));
    assertThrows(IllegalArgumentException.class, () -> UnaryMap.forward(f, Long.MAX_VALUE / 2, good, good));
    MemorySegment heap = MemorySegment.ofArray(new float[10]);
    assertThrows(IllegalArgumentException.class, () -> UnaryMap.forward(f, 10, heap, good));
    assertThrows(IllegalArgumentException.class, () -> UnaryMap.backward(f, 10, good, good, MemorySegment.NULL));
  }
}
