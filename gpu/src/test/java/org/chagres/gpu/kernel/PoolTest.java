package org.chagres.gpu.kernel;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.chagres.simd.fused.NormPool;
import org.chagres.simd.fused.Normalized;
import org.chagres.simd.norm.Affine;
import org.chagres.simd.norm.Gradients;
import org.chagres.simd.norm.Moments;
import org.chagres.simd.pool.Pool;
import org.chagres.simd.random.Stream;
import org.chagres.simd.shape.PoolShape;
import org.chagres.simd.shape.Size;
import org.junit.jupiter.api.Test;

class PoolTest {

  private static final MemorySegment NO = MemorySegment.NULL;

  private final Kit kit = new Kit(9);
  private final PoolKernels pool = new PoolKernels(kit.stream());
  private final FusedKernels fused = new FusedKernels(kit.stream());

  private static Windows windows(PoolShape s) {
    return new Windows(s.n(), s.c(), extent(new Size(s.h(), s.w())), extent(s.kernel()), extent(s.stride()),
        extent(s.padding()), extent(s.out()), s.adaptive(), s.countPadding());
  }

  private static Windows.Extent extent(Size s) {
    return new Windows.Extent(s.h(), s.w());
  }

  /**
   * Side by side, overlapping, apart, with padding, hanging over, one cell; channels that are and aren't multiples of
   * 4.
   */
  private static List<PoolShape> fixed() {
    List<PoolShape> shapes = new ArrayList<>();
    for (int c : new int[] {1, 3, 4, 33, 128}) {
      shapes.add(PoolShape.of(2, c, 8, 8, window(2, 2, 0, false, true)));
      shapes.add(PoolShape.of(1, c, 7, 9, window(3, 2, 1, false, false)));
      shapes.add(PoolShape.of(2, c, 7, 6, window(3, 2, 1, true, true)));
      shapes.add(PoolShape.of(1, c, 9, 9, window(2, 3, 0, false, true)));
      shapes.add(PoolShape.of(1, c, 5, 5, window(1, 1, 0, false, true)));
      shapes.add(PoolShape.of(1, c, 6, 5, window(3, 1, 1, false, true)));
    }
    return shapes;
  }

  private static PoolShape.Window window(int kernel, int stride, int padding, boolean ceil, boolean count) {
    return new PoolShape.Window(Size.of(kernel), new Size(stride, stride), Size.of(padding), ceil, count);
  }

  private static List<PoolShape> all() {
    List<PoolShape> shapes = fixed();
    for (int c : new int[] {1, 4, 33}) {
      shapes.add(PoolShape.adaptive(2, c, 7, 9, Size.of(1)));
      shapes.add(PoolShape.adaptive(1, c, 7, 9, new Size(3, 4)));
      shapes.add(PoolShape.adaptive(1, c, 4, 5, new Size(6, 5)));
    }
    return shapes;
  }

  private MemorySegment operand(long count, boolean special) {
    MemorySegment x = kit.normal(count);
    for (int i = 0; special && i < count; i++) {
      // ties, NaN
      float v = kit.random().nextInt(20) == 0 ? Float.NaN : kit.random().nextInt(3);
      x.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, v);
    }
    return x;
  }

  @Test
  void max() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (PoolShape s : all()) {
        for (boolean special : new boolean[] {false, true}) {
          MemorySegment x = operand(s.xCount(), special);
          MemorySegment y = kit.room(s.yCount());
          MemorySegment at = kit.memory(s.yCount());
          MemorySegment expected = kit.room(s.yCount());
          MemorySegment expectedAt = kit.memory(s.yCount());
          Kit.cpu(Pool.maxForward(s, x, expected, expectedAt));
          pool.maxForward(windows(s), x, y, at);
          kit.close(0, expected, y, "max " + s);
          kit.same(expectedAt, at, "positions " + s);
          pool.maxForward(windows(s), x, y, NO);
          kit.close(0, expected, y, "max alone " + s);
          MemorySegment dy = kit.normal(s.yCount());
          MemorySegment dx = kit.room(s.xCount());
          MemorySegment expectedDx = kit.room(s.xCount());
          Kit.cpu(Pool.maxBackward(s, dy, at, expectedDx));
          pool.maxBackward(windows(s), dy, at, dx);
          kit.close(1e-6, expectedDx, dx, "max backward " + s);
        }
      }
    }
  }

  @Test
  void average() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (PoolShape s : all()) {
        MemorySegment x = kit.normal(s.xCount());
        MemorySegment y = kit.room(s.yCount());
        MemorySegment expected = kit.room(s.yCount());
        Kit.cpu(Pool.averageForward(s, x, expected));
        pool.averageForward(windows(s), x, y);
        kit.close(1e-6, expected, y, "average " + s);
        MemorySegment dy = kit.normal(s.yCount());
        MemorySegment dx = kit.room(s.xCount());
        MemorySegment expectedDx = kit.room(s.xCount());
        Kit.cpu(Pool.averageBackward(s, dy, expectedDx));
        pool.averageBackward(windows(s), dy, dx);
        kit.close(1e-6, expectedDx, dx, "average backward " + s);
      }
    }
  }

  @Test
  void fusedBothWays() {
    for (int offset : new int[] {0, 4}) {
      kit.misalign(offset);
      for (PoolShape s : fixed()) {
        for (double p : new double[] {0, 0.3}) {
          chain(s, p, offset == 0);
        }
      }
    }
  }

  private void chain(PoolShape s, double p, boolean affine) {
    String what = "fused, dropout " + p + ", " + s;
    int c = s.c();
    MemorySegment x = kit.normal(s.xCount());
    MemorySegment mean = kit.normal(c);
    MemorySegment inverse = kit.normal(c);
    MemorySegment weight = affine ? kit.normal(c) : NO;
    MemorySegment bias = affine ? kit.normal(c) : NO;
    Normalized in = new Normalized(x, new Moments(mean, inverse), new Affine(weight, bias));
    Norm norm = new Norm(mean, inverse, weight, bias);
    var cpuDrop = new org.chagres.simd.fused.Drop(new Stream(7, 3), p);
    var expected = new org.chagres.simd.fused.Pooled(kit.room(s.yCount()), kit.memory(s.yCount()));
    FusedKernels.Pooled out = new FusedKernels.Pooled(kit.room(s.yCount()), kit.memory(s.yCount()));
    FusedKernels.Drop drop = new FusedKernels.Drop(Place.at(7, 3), p);
    Kit.cpu(NormPool.forward(s, in, cpuDrop, expected));
    fused.forward(windows(s), x, norm, drop, out);
    kit.close(1e-6, expected.y(), out.y(), what);
    kit.same(expected.positions(), out.positions(), what + " positions");
    fused.forward(windows(s), x, norm, drop, new FusedKernels.Pooled(out.y(), NO));
    kit.close(1e-6, expected.y(), out.y(), what + " without positions");
    for (boolean training : new boolean[] {false, true}) {
      MemorySegment dy = kit.normal(s.yCount());
      Gradients e = new Gradients(kit.room(s.xCount()), affine ? kit.room(c) : NO, affine ? kit.room(c) : NO);
      Norm.Gradients g =
          new Norm.Gradients(kit.room(s.xCount()), affine ? kit.room(c) : NO, affine ? kit.room(c) : NO);
      var cpuDy = new org.chagres.simd.fused.Pooled(dy, expected.positions());
      Kit.cpu(NormPool.backward(s, training, in, cpuDy, cpuDrop, e));
      fused.backward(
          windows(s), training, x, norm, new FusedKernels.Pooled(dy, expected.positions()), p, g);
      kit.close(2e-5, e.x(), g.x(), what + " dx");
      if (affine) {
        kit.close(2e-5, e.weight(), g.weight(), what + " weight");
        kit.close(2e-5, e.bias(), g.bias(), what + " bias");
      }
    }
  }

  @Test
  void refusesBadInput() {
    MemorySegment x = kit.normal(400);
    PoolShape large = PoolShape.of(1, 1, 20, 20, window(16, 1, 0, false, true));
    assertThrows(IllegalArgumentException.class, () -> pool.maxForward(windows(large), x, x, x));
    assertThrows(IllegalArgumentException.class, () -> pool.maxBackward(windows(large), x, x, x));
    Windows.Extent one = new Windows.Extent(1, 1);
    Windows.Extent two = new Windows.Extent(2, 2);
    Windows.Extent none = new Windows.Extent(0, 0);
    assertThrows(IllegalArgumentException.class,
        () -> new Windows(1, 1, two, two, two, none, two, false, true));
    assertThrows(IllegalArgumentException.class,
        () -> new Windows(1, 1, two, one, one, one, two, false, true));
    assertThrows(IllegalArgumentException.class,
        () -> new Windows(0, 1, two, one, one, none, two, false, true));
    PoolShape adaptive = PoolShape.adaptive(1, 1, 4, 4, Size.of(2));
    Norm norm = new Norm(x, x, NO, NO);
    assertThrows(IllegalArgumentException.class, () -> fused.forward(windows(adaptive), x, norm,
        new FusedKernels.Drop(Place.at(0, 0), 0), new FusedKernels.Pooled(x, NO)));
    assertThrows(IllegalArgumentException.class,
        () -> pool.averageForward(windows(adaptive), kit.room(15), x));
  }
}
