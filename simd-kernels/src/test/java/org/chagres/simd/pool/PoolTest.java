package org.chagres.simd.pool;

import static org.chagres.simd.support.Samples.SEED;
import static org.chagres.simd.support.Samples.assertClose;
import static org.chagres.simd.support.Samples.bytes;
import static org.chagres.simd.support.Samples.empty;
import static org.chagres.simd.support.Samples.floats;
import static org.chagres.simd.support.Samples.normal;
import static org.chagres.simd.support.Samples.random;
import static org.chagres.simd.support.Samples.run;
import static org.chagres.simd.support.Samples.runOn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.chagres.simd.reference.ReferencePool;
import org.chagres.simd.shape.PoolShape;
import org.chagres.simd.shape.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("lanes")
class PoolTest {

  private static final int[] CHANNELS = {1, 3, 4, 5, 7, 8, 9, 16, 17, 33};

  private static List<PoolShape> shapes() {
    Random random = random(20);
    List<PoolShape> shapes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      int c = CHANNELS[i % CHANNELS.length];
      int n = 1 + random.nextInt(3);
      Size kernel = new Size(1 + random.nextInt(4), 1 + random.nextInt(4));
      Size stride = new Size(1 + random.nextInt(4), 1 + random.nextInt(4));
      Size padding = new Size(random.nextInt(kernel.h() / 2 + 1), random.nextInt(kernel.w() / 2 + 1));
      int h = kernel.h() + random.nextInt(7);
      int w = kernel.w() + random.nextInt(7);
      shapes.add(
          PoolShape.of(
              n,
              c,
              h,
              w,
              new PoolShape.Window(kernel, stride, padding, random.nextBoolean(), random.nextBoolean())));
      if (i % 3 == 0) {
        shapes.add(PoolShape.adaptive(n, c, h, w, new Size(1 + random.nextInt(h), 1 + random.nextInt(w))));
      }
    }
    var two = new PoolShape.Window(Size.of(2), Size.of(2), Size.of(0), false, true);
    var twoCeil = new PoolShape.Window(Size.of(2), Size.of(2), Size.of(0), true, false);
    for (int c : new int[] {1, 5, 8, 33}) {
      shapes.add(PoolShape.of(2, c, 6, 4, two));
      shapes.add(PoolShape.of(1, c, 5, 7, two));
      shapes.add(PoolShape.of(1, c, 5, 7, twoCeil));
    }
    // many chunks, whose borders fall within windows
    shapes.add(PoolShape.of(3, 32, 21, 12, two));
    shapes.add(PoolShape.of(
        3, 24, 17, 12, new PoolShape.Window(Size.of(3), Size.of(2), Size.of(1), false, true)));
    shapes.add(PoolShape.adaptive(3, 20, 15, 16, new Size(1, 1)));
    shapes.add(PoolShape.of(
        1, 5, 17, 15, new PoolShape.Window(new Size(17, 15), Size.of(1), Size.of(7), false, true)));
    return shapes;
  }

  @Test
  void maxForwardAndBackward() {
    Random random = random(21);
    for (PoolShape s : shapes()) {
      double[] x = normal(random, s.xCount());
      for (int i = 0; i < x.length; i++) {
        // ties, infinities and NaN
        x[i] = switch (random.nextInt(12)) {
          case 0, 1, 2, 3 -> 0.5;
          case 4 -> Double.NEGATIVE_INFINITY;
          case 5 -> random.nextInt(5) == 0 ? Double.NaN : 1;
          default -> x[i];
        };
      }
      int[] positions = new int[(int) s.yCount()];
      double[] expected = ReferencePool.maxForward(s, x, positions);
      MemorySegment y = empty(s.yCount());
      MemorySegment at = bytes(s.yCount());
      MemorySegment xs = floats(x);
      run(() -> Pool.maxForward(s, xs, y, at), "max " + s, y, at);
      assertClose(expected, y, 0, "max " + s);
      for (int i = 0; i < positions.length; i++) {
        int got = at.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
        assertEquals(positions[i], got, "position " + i + " of " + s + ", seed " + SEED);
      }
      MemorySegment alone = empty(s.yCount());
      runOn(1, Pool.maxForward(s, xs, alone, MemorySegment.NULL));
      assertEquals(-1, y.mismatch(alone), "without positions " + s);

      double[] dy = normal(random, s.yCount());
      MemorySegment dys = floats(dy);
      MemorySegment dx = empty(s.xCount());
      run(() -> Pool.maxBackward(s, dys, at, dx), "max backward " + s, dx);
      assertClose(ReferencePool.maxBackward(s, dy, positions), dx, 2e-6, "max backward " + s);
    }
  }

  @Test
  void averageForwardAndBackward() {
    Random random = random(22);
    for (PoolShape s : shapes()) {
      double[] x = normal(random, s.xCount());
      double[] dy = normal(random, s.yCount());
      MemorySegment xs = floats(x);
      MemorySegment dys = floats(dy);
      MemorySegment y = empty(s.yCount());
      MemorySegment dx = empty(s.xCount());
      run(() -> Pool.averageForward(s, xs, y), "average " + s, y);
      assertClose(ReferencePool.averageForward(s, x), y, 1e-6, "average " + s);
      run(() -> Pool.averageBackward(s, dys, dx), "average backward " + s, dx);
      assertClose(ReferencePool.averageBackward(s, dy), dx, 2e-6, "average backward " + s);
    }
  }

  @Test
  void largeWindowsHaveNoPositions() {
    PoolShape s =
        PoolShape.of(1, 9, 17, 16, new PoolShape.Window(new Size(16, 16), Size.of(1), Size.of(0), false, true));
    double[] x = normal(random(23), s.xCount());
    MemorySegment y = empty(s.yCount());
    run(() -> Pool.maxForward(s, floats(x), y, MemorySegment.NULL), "large", y);
    assertClose(ReferencePool.maxForward(s, x, new int[(int) s.yCount()]), y, 0, "large");
    var e = assertThrows(IllegalArgumentException.class, () -> Pool.maxForward(s, floats(x), y, empty(s.yCount())));
    assertEquals(
        "max pooling: a window of 256 cells is too large for positions of one byte, at most 255", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Pool.maxBackward(s, y, empty(s.yCount()), floats(x)));
  }

  @Test
  void refusesBadInput() {
    PoolShape s =
        PoolShape.of(1, 2, 4, 4, new PoolShape.Window(Size.of(2), Size.of(2), Size.of(0), false, true));
    MemorySegment x = empty(32);
    MemorySegment y = empty(8);
    MemorySegment heap = MemorySegment.ofArray(new float[32]);
    MemorySegment small = empty(1);
    refused(() -> Pool.maxForward(s, small, y, MemorySegment.NULL));
    refused(() -> Pool.maxForward(s, heap, y, MemorySegment.NULL));
    refused(() -> Pool.maxForward(s, x, small, MemorySegment.NULL));
    refused(() -> Pool.maxForward(s, x, y, small));
    refused(() -> Pool.maxBackward(s, y, MemorySegment.NULL, x));
    refused(() -> Pool.maxBackward(s, small, y, x));
    refused(() -> Pool.maxBackward(s, y, y, y));
    refused(() -> Pool.averageForward(s, x, small));
    refused(() -> Pool.averageBackward(s, y, y));
  }

  private static void refused(org.junit.jupiter.api.function.Executable call) {
    assertThrows(IllegalArgumentException.class, call);
  }
}
