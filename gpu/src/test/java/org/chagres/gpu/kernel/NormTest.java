package org.chagres.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.BatchNorm;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.LayerNorm;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.shape.NormShape;
import org.junit.jupiter.api.Test;

class NormTest {

  private static final MemorySegment NO = MemorySegment.NULL;
  private static final boolean[] BOTH = {false, true};

  private final Kit kit = new Kit(8);
  private final BatchNormKernels batch = new BatchNormKernels(kit.stream());
  private final LayerNormKernels layer = new LayerNormKernels(kit.stream());

  private static final List<Rows> SHAPES = List.of(
      new Rows(2, 1, 1e-5), new Rows(31, 3, 1e-5), new Rows(257, 4, 1e-5), new Rows(100, 32, 1e-5),
      new Rows(3, 255, 1e-5), new Rows(4098, 8, 1e-5), new Rows(33, 260, 1e-3), new Rows(5000, 31, 1e-5),
      new Rows(2, 1030, 1e-5));

  private MemorySegment far(long count) {
    float[] v = Kit.values(kit.normal(count));
    for (int i = 0; i < v.length; i++) {
      v[i] = 100 + v[i];
    }
    return kit.floats(v);
  }

  private static NormShape cpu(Rows s) {
    return new NormShape((int) s.rows(), (int) s.columns(), s.eps());
  }

  @Test
  void batchForward() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (Rows s : SHAPES) {
        for (boolean affine : BOTH) {
          long c = s.columns();
          MemorySegment x = far(s.count());
          MemorySegment weight = affine ? kit.normal(c) : NO;
          MemorySegment bias = affine ? kit.normal(c) : NO;
          Moments moments = new Moments(kit.room(c), kit.room(c));
          Norm norm = new Norm(kit.room(c), kit.room(c), weight, bias);
          MemorySegment mean = kit.normal(c);
          MemorySegment variance = kit.normal(c);
          var cpuRunning = new org.chagres.simd.norm.Running(kit.copy(mean), kit.copy(variance), 0.1);
          Kit.cpu(BatchNorm.moments(cpu(s), x, moments, cpuRunning));
          batch.moments(s, x, norm, new Running(mean, variance, 0.1));
          kit.close(1e-6, moments.mean(), norm.mean(), "mean " + s);
          kit.close(3e-6, moments.inverseStd(), norm.inverseStd(), "inverse std " + s);
          kit.close(1e-6, cpuRunning.mean(), mean, "running mean " + s);
          kit.close(1e-5, cpuRunning.variance(), variance, "running variance " + s);
          for (boolean relu : BOTH) {
            MemorySegment y = kit.room(s.count());
            MemorySegment expected = kit.room(s.count());
            Norm given = new Norm(moments.mean(), moments.inverseStd(), weight, bias);
            Affine a = new Affine(weight, bias);
            Kit.cpu(relu ? BatchNorm.applyRelu(cpu(s), x, moments, a, expected)
                : BatchNorm.apply(cpu(s), x, moments, a, expected));
            batch.apply(s, relu, x, given, y);
            kit.close(1e-6, expected, y, "apply " + relu + " " + s);
            MemorySegment copy = kit.copy(x);
            batch.apply(s, relu, copy, given, copy);
            kit.same(y, copy, "apply in place");
          }
        }
      }
    }
  }

  @Test
  void batchBackward() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (Rows s : SHAPES) {
        for (int mode = 0; mode < 8; mode++) {
          boolean training = (mode & 1) != 0;
          boolean relu = (mode & 2) != 0;
          boolean affine = (mode & 4) != 0;
          String what = "backward " + mode + " " + s;
          long c = s.columns();
          MemorySegment x = kit.normal(s.count());
          MemorySegment dy = kit.normal(s.count());
          MemorySegment weight = affine ? kit.normal(c) : NO;
          MemorySegment bias = affine ? kit.normal(c) : NO;
          Moments m = new Moments(kit.room(c), kit.room(c));
          Kit.cpu(BatchNorm.moments(cpu(s), x, m, org.chagres.simd.norm.Running.NONE));
          Gradients e = new Gradients(kit.room(s.count()), affine ? kit.room(c) : NO, affine ? kit.room(c) : NO);
          Norm.Gradients g =
              new Norm.Gradients(dy, affine ? kit.room(c) : NO, affine ? kit.room(c) : NO);
          Affine a = new Affine(weight, bias);
          Kit.cpu(relu ? BatchNorm.backwardRelu(cpu(s), training, dy, x, m, a, e)
              : BatchNorm.backward(cpu(s), training, dy, x, m, a, e));
          batch.backward(s, new BatchNormKernels.Mode(training, relu), dy, x,
              new Norm(m.mean(), m.inverseStd(), weight, bias), g);
          kit.close(2e-5, e.x(), g.x(), what);
          if (affine) {
            kit.close(1e-4, e.weight(), g.weight(), what + " weight");
            kit.close(1e-4, e.bias(), g.bias(), what + " bias");
          }
        }
      }
    }
  }

  @Test
  void evaluation() {
    Rows s = new Rows(9, 300, 1e-5);
    MemorySegment mean = kit.normal(300);
    MemorySegment variance = far(300);
    Moments m = new Moments(kit.room(300), kit.room(300));
    Norm n = new Norm(kit.room(300), kit.room(300), NO, NO);
    Kit.cpu(BatchNorm.runningMoments(cpu(s), new org.chagres.simd.norm.Running(mean, variance, 0), m));
    batch.runningMoments(s, new Running(mean, variance, 0), n);
    kit.same(m.mean(), n.mean(), "mean");
    kit.same(m.inverseStd(), n.inverseStd(), "inverse std");
  }

  @Test
  void aConstantColumnHasNoVariance() {
    Rows s = new Rows(1000, 4, 0);
    MemorySegment x = kit.room(4000);
    for (int i = 0; i < 4000; i++) {
      x.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, 0.1f);
    }
    Norm n = new Norm(kit.room(4), kit.room(4), NO, NO);
    batch.moments(s, x, n, Running.NONE);
    float inf = Float.POSITIVE_INFINITY;
    kit.close(0, kit.floats(inf, inf, inf, inf), n.inverseStd(), "inverse std of a constant");
  }

  @Test
  void layerBothWays() {
    for (Rows s : SHAPES) {
      for (boolean affine : BOTH) {
        String what = "layer norm " + s;
        long r = s.rows();
        MemorySegment x = kit.normal(s.count());
        MemorySegment weight = affine ? kit.normal(s.columns()) : NO;
        MemorySegment bias = affine ? kit.normal(s.columns()) : NO;
        Moments m = new Moments(kit.room(r), kit.room(r));
        Norm n = new Norm(kit.room(r), kit.room(r), weight, bias);
        MemorySegment expected = kit.room(s.count());
        MemorySegment y = kit.room(s.count());
        Kit.cpu(LayerNorm.forward(cpu(s), x, new Affine(weight, bias), m, expected));
        layer.forward(s, x, n, y);
        // A row of one element has no deviation, and rounding shows.
        double tolerance = s.columns() == 1 ? 1e-3 : 5e-6;
        kit.close(1e-6, m.mean(), n.mean(), what + " mean");
        kit.close(tolerance, m.inverseStd(), n.inverseStd(), what + " inverse std");
        kit.close(tolerance, expected, y, what);
        MemorySegment dy = kit.normal(s.count());
        Gradients e = new Gradients(
            kit.room(s.count()), affine ? kit.room(s.columns()) : NO, affine ? kit.room(s.columns()) : NO);
        Norm.Gradients g =
            new Norm.Gradients(dy, affine ? kit.room(s.columns()) : NO, affine ? kit.room(s.columns()) : NO);
        Kit.cpu(LayerNorm.backward(cpu(s), dy, x, m, new Affine(weight, bias), e));
        layer.backward(s, dy, x, new Norm(m.mean(), m.inverseStd(), weight, bias), g);
        kit.close(s.columns() == 1 ? 1e-3 : 2e-5, e.x(), g.x(), what + " backward");
        if (affine) {
          kit.close(1e-4, e.weight(), g.weight(), what + " weight");
          kit.close(1e-4, e.bias(), g.bias(), what + " bias");
        }
      }
    }
  }

  @Test
  void refusesBadInput() {
    MemorySegment x = kit.normal(4);
    Norm n = new Norm(x, x, NO, NO);
    assertThrows(IllegalArgumentException.class,
        () -> batch.moments(new Rows(1, 4, 0), x, n, new Running(kit.room(4), kit.room(4), 0.1)));
    assertThrows(IllegalArgumentException.class, () -> new Running(x, NO, 0.1));
    assertThrows(IllegalArgumentException.class, () -> new Running(x, x, 1.1));
    assertThrows(IllegalArgumentException.class, () -> new Rows(0, 4, 0));
    assertThrows(IllegalArgumentException.class, () -> new Rows(1, 4, -1));
    assertThrows(IllegalArgumentException.class, () -> batch.apply(new Rows(2, 4, 0), false, x, n, x));
  }
}
