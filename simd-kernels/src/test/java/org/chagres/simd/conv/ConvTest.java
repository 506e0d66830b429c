package org.chagres.simd.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** All passes against the reference, over chosen and random geometries. */
class ConvTest {
  private static final int[] CHANNELS = {1, 2, 3, 5, 7, 8, 9, 16, 17, 24, 32, 33};
  private static final Size[] KERNELS = {
    Size.of(1), Size.of(2), Size.of(3), Size.of(5), Size.of(7), new Size(3, 5), new Size(1, 7), new Size(7, 1)
  };

  private static long seed() {
    return Long.getLong("chagres.seed", 20240607L);
  }

  /** Small geometries, one for each path and border of the kernels; cheap enough for emulated lanes. */
  static List<ConvShape> ragged() {
    var shapes = new ArrayList<ConvShape>();
    for (int channels : CHANNELS) {
      shapes.add(ConvShape.of(1, channels, 3, 5, 3, 3, 1, 1));
      shapes.add(ConvShape.of(2, 3, 4, 3, channels, 3, 1, 1));
      shapes.add(ConvShape.of(1, channels, 2, 3, channels, 1, 1, 0));
      shapes.add(grouped(1, channels, 5, 4, channels, 3, 1, 1, channels));
    }
    for (int size = 1; size <= 13; size += 2) {
      shapes.add(ConvShape.of(1, 3, size, 14 - size, 4, 3, 1, 1));
      shapes.add(ConvShape.of(1, 2, size, size, 5, 3, 2, 1));
    }
    for (int stride = 1; stride <= 3; stride++) {
      for (int padding = 0; padding <= 4; padding++) {
        shapes.add(ConvShape.of(1, 3, 5, 4, 5, 3, stride, padding));
        shapes.add(ConvShape.of(1, 2, 3, 4, 3, 1, stride, padding));
      }
    }
    for (int dilation = 2; dilation <= 3; dilation++) {
      for (int stride = 1; stride <= 3; stride++) {
        var size = new Size(stride, 4 - stride);
        var shape = new ConvShape(1, 4, 8, 9, 6, Size.of(3), size, new Size(1, 3), new Size(dilation, 1), 2);
        shapes.add(shape);
        shapes.add(new ConvShape(1, 3, 9, 7, 2, Size.of(3), size, Size.of(2), Size.of(dilation), 1));
        shapes.add(new ConvShape(1, 5, 9, 8, 5, Size.of(3), size, Size.of(2), Size.of(dilation), 5));
      }
    }
    for (Size kernel : KERNELS) {
      shapes.add(new ConvShape(1, 3, 7, 8, 4, kernel, new Size(1, 2), new Size(2, 1), Size.of(1), 1));
      shapes.add(new ConvShape(1, 9, 7, 8, 9, kernel, new Size(2, 1), new Size(0, 1), Size.of(1), 9));
    }
    shapes.add(grouped(2, 6, 5, 5, 9, 3, 2, 1, 3));
    shapes.add(grouped(1, 3, 5, 5, 6, 3, 1, 1, 3));
    shapes.add(grouped(1, 34, 3, 3, 36, 3, 1, 1, 2));
    return shapes;
  }

  private static ConvShape grouped(int n, int c, int h, int w, int k, int kernel, int stride, int pad, int groups) {
    return new ConvShape(n, c, h, w, k, Size.of(kernel), Size.of(stride), Size.of(pad), Size.of(1), groups);
  }

  /** Geometries with several chunks, panels, parts and splits. */
  static List<ConvShape> large() {
    return List.of(
        ConvShape.of(2, 40, 20, 21, 40, 3, 1, 1),
        ConvShape.of(7, 130, 5, 5, 20, 3, 1, 1),
        ConvShape.of(1, 64, 9, 11, 100, 3, 2, 1),
        ConvShape.of(5, 3, 33, 31, 20, 5, 2, 2),
        ConvShape.of(1, 600, 7, 9, 40, 1, 1, 0),
        grouped(2, 72, 20, 31, 72, 3, 1, 1, 72),
        grouped(2, 19, 37, 31, 19, 3, 2, 1, 19),
        ConvShape.of(50, 8, 1, 1, 24, 3, 1, 1),
        ConvShape.of(2, 70, 37, 61, 3, 3, 1, 1),
        ConvShape.of(2, 2, 40, 41, 70, 3, 1, 1),
        ConvShape.of(90, 3, 5, 6, 33, 3, 1, 2),
        grouped(9, 6, 13, 12, 80, 4, 2, 1, 2));
  }

  @Tag("lanes")
  @ParameterizedTest
  @MethodSource("ragged")
  void raggedShapesMatchTheReference(ConvShape shape) {
    var random = new Random(seed());
    try (var arena = Arena.ofShared()) {
      new ConvCase(shape, arena, random, random.nextBoolean()).check(Workers.shared(), shape + ", seed " + seed());
    }
  }

  @ParameterizedTest
  @MethodSource("large")
  void largeShapesMatchTheReference(ConvShape shape) {
    try (var arena = Arena.ofShared()) {
      new ConvCase(shape, arena, new Random(seed()), true).check(Workers.shared(), shape + ", seed " + seed());
    }
  }

  @Test
  void randomShapesMatchTheReference() {
    var random = new Random(seed());
    for (int i = 0; i < 150; i++) {
      ConvShape shape = randomShape(random);
      try (var arena = Arena.ofShared()) {
        var name = "case " + i + " of seed " + seed() + ", " + shape;
        new ConvCase(shape, arena, random, random.nextBoolean()).check(Workers.shared(), name);
      }
    }
  }

  private static ConvShape randomShape(Random random) {
    while (true) {
      int groups = random.nextInt(4) == 0 ? 1 + random.nextInt(9) : 1;
      int c = groups * (groups == 1 ? CHANNELS[random.nextInt(CHANNELS.length)] : 1 + random.nextInt(3));
      int k = groups * (groups == 1 ? CHANNELS[random.nextInt(CHANNELS.length)] : 1 + random.nextInt(3));
      int n = 1 + random.nextInt(3);
      int h = 1 + random.nextInt(13);
      int w = 1 + random.nextInt(13);
      Size kernel = KERNELS[random.nextInt(KERNELS.length)];
      var stride = new Size(1 + random.nextInt(3), 1 + random.nextInt(3));
      var padding = new Size(random.nextInt(5), random.nextInt(5));
      var dilation = new Size(1 + random.nextInt(3), 1 + random.nextInt(3));
      if (h + 2 * padding.h() > dilation.h() * (kernel.h() - 1)
          && w + 2 * padding.w() > dilation.w() * (kernel.w() - 1)) {
        return new ConvShape(n, c, h, w, k, kernel, stride, padding, dilation, groups);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("large")
  void bitsDoNotDependOnTheNumberOfThreads(ConvShape shape) {
    try (var arena = Arena.ofShared()) {
      var one = new ConvCase(shape, arena, new Random(seed()), true);
      MemorySegment y = one.forward(Workers.shared(), "");
      MemorySegment dx = one.backwardData(Workers.shared(), "");
      MemorySegment[] dw = one.backwardFilter(Workers.shared(), "");
      for (int threads = 1; threads <= 3; threads++) {
        Workers workers = Workers.of(threads);
        assertEquals(-1, y.mismatch(one.forward(workers, "")), "forward");
        assertEquals(-1, dx.mismatch(one.backwardData(workers, "")), "backwardData");
        assertEquals(-1, dw[0].mismatch(one.backwardFilter(workers, "")[0]), "backwardFilter");
        assertEquals(-1, dw[1].mismatch(one.backwardFilter(workers, "")[1]), "backwardFilter, bias");
      }
    }
  }

  @Test
  void aBadValueStaysWhereItIs() {
    var shape = ConvShape.of(1, 3, 6, 6, 5, 3, 1, 1);
    try (var arena = Arena.ofShared()) {
      var one = new ConvCase(shape, arena, new Random(seed()), false);
      one.x.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0, Float.NaN);
      MemorySegment y = one.forward(Workers.shared(), "");
      for (int i = 0; i < shape.yCount(); i++) {
        int row = i / 5 / 6;
        int col = i / 5 % 6;
        boolean near = row <= 1 && col <= 1;
        assertEquals(near, Float.isNaN(y.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i)), "y[" + i + "]");
      }
    }
  }

  @Test
  void badArgumentsAreNamed() {
    var shape = ConvShape.of(2, 3, 5, 5, 4, 3, 1, 1);
    try (var arena = Arena.ofShared()) {
      var one = new ConvCase(shape, arena, new Random(seed()), true);
      MemorySegment packed = arena.allocate(Conv.packedBytes(shape, ConvPass.FORWARD));
      MemorySegment data = arena.allocate(Conv.packedBytes(shape, ConvPass.BACKWARD_DATA));
      MemorySegment y = arena.allocate(4 * shape.yCount());
      MemorySegment dx = arena.allocate(4 * shape.xCount());
      MemorySegment dw = arena.allocate(4 * shape.wCount());
      MemorySegment none = MemorySegment.NULL;
      refused("x", one.x, bad -> Conv.forward(shape, bad, packed, one.bias, y));
      refused("packed", packed, bad -> Conv.forward(shape, one.x, bad, one.bias, y));
      refused("bias", one.bias, bad -> Conv.forward(shape, one.x, packed, bad, y));
      refused("y", y, bad -> Conv.forward(shape, one.x, packed, one.bias, bad));
      refused("dy", y, bad -> Conv.backwardData(shape, bad, data, dx));
      refused("packed", data, bad -> Conv.backwardData(shape, y, bad, dx));
      refused("dx", dx, bad -> Conv.backwardData(shape, y, data, bad));
      refused("x", one.x, bad -> Conv.backwardFilter(shape, bad, y, dw, none));
      refused("dy", y, bad -> Conv.backwardFilter(shape, one.x, bad, dw, none));
      refused("dw", dw, bad -> Conv.backwardFilter(shape, one.x, y, bad, none));
      refused("db", one.bias, bad -> Conv.backwardFilter(shape, one.x, y, dw, bad));
      refused("w", one.w, bad -> Conv.pack(shape, ConvPass.FORWARD, bad, packed));
      refused("packed", packed, bad -> Conv.pack(shape, ConvPass.FORWARD, one.w, bad));
    }
  }

  private static void refused(String name, MemorySegment good, Consumer<MemorySegment> call) {
    call.accept(good);
    MemorySegment small = good.asSlice(0, good.byteSize() - 4);
    MemorySegment heap = MemorySegment.ofArray(new float[(int) (good.byteSize() / 4)]);
    for (MemorySegment bad : List.of(small, heap)) {
      var e = assertThrows(IllegalArgumentException.class, () -> call.accept(bad));
      assertTrue(e.getMessage().startsWith(name + ":"), e.getMessage());
    }
  }

  @Test
  void sizesThatOverflowAreRefused() {
    var shape = ConvShape.of(1, 1, 1, 1, 1, 1, 1, 1 << 30);
    assertThrows(IllegalArgumentException.class, () -> Conv.packedBytes(shape, ConvPass.FORWARD));
    var many = ConvShape.of(1 << 30, 1, 1, 1, 1 << 30, 1, 1, 1 << 15);
    assertThrows(IllegalArgumentException.class, () -> Conv.packedBytes(many, ConvPass.FORWARD));
  }
}
