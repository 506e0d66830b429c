package org.chagres.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import org.chagres.gpu.emulator.EmulatorException;
import org.chagres.simd.elementwise.Unary;
import org.chagres.simd.elementwise.UnaryMap;
import org.chagres.simd.shape.UnaryOp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnaryTest {

  private final Kit kit = new Kit(1);
  private final MapKernels maps = new MapKernels(kit.stream());

  private static Unary function(UnaryOp op) {
    return switch (op) {
      case LEAKY_RELU -> new Unary(op, 0.1f, 0);
      case AFFINE -> new Unary(op, -1.5f, 0.25f);
      case POW -> new Unary(op, 3, 0);
      case CLAMP -> new Unary(op, -0.5f, 0.75f);
      default -> Unary.of(op);
    };
  }

  private MemorySegment operand(UnaryOp op, int count) {
    MemorySegment x = kit.normal(count);
    boolean positive = op == UnaryOp.LOG || op == UnaryOp.SQRT;
    float[] v = Kit.values(x);
    for (int i = 0; i < count; i++) {
      v[i] = positive ? Math.abs(v[i]) + 1e-3f : v[i] * 3;
    }
    return kit.floats(v);
  }

  @ParameterizedTest
  @EnumSource
  void forwardAndBackwardAsOnTheCpu(UnaryOp op) {
    Unary f = function(op);
    Function g = new Function(op.name(), f.alpha(), f.beta());
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (int n : Kit.RAGGED) {
        String what = op + " of " + n + " at " + offset;
        MemorySegment x = operand(op, n);
        MemorySegment expected = kit.room(n);
        MemorySegment y = kit.room(n);
        Kit.cpu(UnaryMap.forward(f, n, x, expected));
        maps.unary(g, n, x, y);
        kit.close(2e-6, expected, y, what);
        MemorySegment dy = kit.normal(n);
        MemorySegment saved = op.savesOutput() ? expected : x;
        MemorySegment expectedDx = kit.room(n);
        Kit.cpu(UnaryMap.backward(f, n, dy, saved, expectedDx));
        maps.unaryBackward(g, n, dy, saved, dy);
        kit.close(3e-6, expectedDx, dy, what + " backward");
        maps.unary(g, n, x, x);
        kit.same(y, x, what + " in place");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void specialNumbers(UnaryOp op) {
    Unary f = function(op);
    float inf = Float.POSITIVE_INFINITY;
    MemorySegment x = kit.floats(0, -0f, Float.NaN, inf, -inf, 1e-30f, -1e-30f, 40, -40, 1e4f, -1e4f);
    boolean periodic = op == UnaryOp.SIN || op == UnaryOp.COS;
    MemorySegment expected = kit.room(11);
    MemorySegment y = kit.room(11);
    Kit.cpu(UnaryMap.forward(f, 11, x, expected));
    maps.unary(new Function(op.name(), f.alpha(), f.beta()), 11, x, y);
    kit.close(periodic ? 1e-5 : 3e-6, expected, y, op + " of special numbers");
    MemorySegment one = kit.floats(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    MemorySegment dx = kit.room(11);
    MemorySegment saved = op.savesOutput() ? expected : x;
    MemorySegment expectedDx = kit.room(11);
    Kit.cpu(UnaryMap.backward(f, 11, one, saved, expectedDx));
    maps.unaryBackward(new Function(op.name(), f.alpha(), f.beta()), 11, one, saved, dx);
    kit.close(periodic ? 1e-5 : 3e-6, expectedDx, dx, op + " backward at special numbers");
  }

  @Test
  void refusesBadInput() {
    MemorySegment x = kit.normal(4);
    Function relu = new Function("RELU", 0, 0);
    assertThrows(IllegalArgumentException.class, () -> maps.unary(relu, 5, x, x));
    assertThrows(IllegalArgumentException.class, () -> maps.unary(relu, -1, x, x));
    assertThrows(IllegalArgumentException.class, () -> maps.unary(relu, 1, MemorySegment.ofArray(new float[4]), x));
    assertThrows(EmulatorException.class, () -> maps.unary(new Function("NONE", 0, 0), 4, x, x));
    maps.unary(relu, 0, x, x);
  }
}
