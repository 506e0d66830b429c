package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.reference.ReferenceConv;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both passes against the reference, over chosen and random geometries. */
class WinogradTest {
  private static final int[] CHANNELS = {1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 63, 64, 65};
  private static final float GUARD = 1234.5f;
  private static final int GUARDS = 32;

  private static long seed() {
    return Long.getLong("chagres.seed", 20240612L);
  }

  private static ConvShape shape(int n, int c, Size image, int k, Size padding) {
    Size one = Size.of(1);
    return new ConvShape(n, c, image.h(), image.w(), k, Size.of(3), one, padding, one, 1);
  }

  /** Tiles at and around the sizes of images, channels at and around vectors and blocks; cheap for emulated lanes. */
  static List<ConvShape> ragged() {
    var shapes = new ArrayList<ConvShape>();
    for (int channels : CHANNELS) {
      shapes.add(shape(1, channels, new Size(3, 5), 3, Size.of(1)));
      shapes.add(shape(1, 3, new Size(4, 3), channels, Size.of(1)));
    }
    for (int h = 1; h <= 5; h++) {
      for (int w = 1; w <= 5; w++) {
        for (int p = 0; p < 9; p++) {
          var padding = new Size(p / 3, p % 3);
          if (h + 2 * padding.h() >= 3 && w + 2 * padding.w() >= 3) {
            shapes.add(shape(1 + p % 2, 2, new Size(h, w), 5, padding));
          }
        }
      }
    }
    return shapes;
  }

  /** Several blocks of tiles, splits of channels, blocks of source channels, tiles left over. */
  static List<ConvShape> large() {
    return List.of(
        ConvShape.of(2, 16, 31, 33, 48, 3, 1, 1),
        ConvShape.of(3, 65, 16, 16, 40, 3, 1, 1),
        ConvShape.of(1, 130, 8, 8, 130, 3, 1, 1),
        ConvShape.of(5, 33, 7, 9, 24, 3, 1, 0),
        ConvShape.of(1, 8, 64, 61, 9, 3, 1, 2));
  }

  @Test
  @Tag("lanes")
  void raggedShapesMatchTheReference() {
    var random = new Random(seed());
    for (ConvShape shape : ragged()) {
      check(shape, random, random.nextBoolean());
    }
  }

  @ParameterizedTest
  @MethodSource("large")
  void largeShapesMatchTheReference(ConvShape shape) {
    check(shape, new Random(seed()), true);
  }

  @Test
  void randomShapesMatchTheReference() {
    var random = new Random(seed());
    for (int i = 0; i < 40; i++) {
      var image = new Size(3 + random.nextInt(12), 3 + random.nextInt(12));
      var padding = new Size(random.nextInt(3), random.nextInt(3));
      int c = 1 + random.nextInt(70);
      check(shape(1 + random.nextInt(4), c, image, 1 + random.nextInt(70), padding), random, random.nextBoolean());
    }
  }

  private static void check(ConvShape shape, Random random, boolean bias) {
    String name = shape + ", seed " + seed();
    try (var arena = Arena.ofShared()) {
      var one = new Case(shape, arena, random, bias);
      close(ReferenceConv.forward(shape, one.x, one.w, one.bias), one.forward(Workers.shared()), shape.c(), name);
      close(ReferenceConv.backwardData(shape, one.dy, one.w), one.backwardData(Workers.shared()), shape.k(), name);
    }
  }

  /**
   * Values are in −1 .. 1. The plain sum's error grows with the number of terms, 9 a channel, times half an ulp of a
   * typical partial sum; ours may be twice that.
   */
  private static void close(double[] expected, MemorySegment actual, int channels, String name) {
    double tolerance = 2 * 6e-8 * 9 * Math.max(2, channels);
    for (int i = 0; i < expected.length; i++) {
      float value = actual.getAtIndex(JAVA_FLOAT, i);
      if (!(Math.abs(value - expected[i]) <= tolerance)) {
        assertEquals(expected[i], value, tolerance, name + " [" + i + "]");
      }
    }
  }

  @Test
  void theErrorIsAtMostTwiceThatOfThePlainSum() {
    for (int channels : new int[] {16, 64, 256}) {
      var shape = ConvShape.of(1, channels, 10, 10, 16, 3, 1, 1);
      try (var arena = Arena.ofShared()) {
        var one = new Case(shape, arena, new Random(seed()), false);
        double[] exact = ReferenceConv.forward(shape, one.x, one.w, one.bias);
        MemorySegment y = one.forward(Workers.shared());
        double ours = 0;
        double plain = 0;
        for (int i = 0; i < exact.length; i++) {
          ours += Math.pow(y.getAtIndex(JAVA_FLOAT, i) - exact[i], 2);
          plain += Math.pow(one.plain(i) - exact[i], 2);
        }
        double ratio = Math.sqrt(ours / plain);
        assertTrue(ratio <= 2, channels + " channels: " + ratio + " times the plain sum's error, seed " + seed());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("large")
  void bitsDoNotDependOnTheNumberOfThreads(ConvShape shape) {
    try (var arena = Arena.ofShared()) {
      var one = new Case(shape, arena, new Random(seed()), true);
      MemorySegment y = one.forward(Workers.shared());
      MemorySegment dx = one.backwardData(Workers.shared());
      for (int threads = 1; threads <= 3; threads++) {
        try (Workers workers = Workers.of(threads)) {
          assertEquals(-1, y.mismatch(one.forward(workers)), threads + " threads, forward");
          assertEquals(-1, dx.mismatch(one.backwardData(workers)), threads + " threads, backwardData");
        }
      }
    }
  }

  @Test
  void otherConvolutionsAreRefused() {
    Size one = Size.of(1);
    var others = List.of(
        ConvShape.of(1, 2, 8, 8, 2, 5, 1, 1),
        ConvShape.of(1, 2, 8, 8, 2, 3, 2, 1),
        ConvShape.of(1, 2, 8, 8, 2, 3, 1, 3),
        new ConvShape(1, 2, 8, 8, 2, Size.of(3), one, one, Size.of(2), 1),
        new ConvShape(1, 2, 8, 8, 2, Size.of(3), one, one, one, 2),
        ConvShape.of(1 << 20, 1 << 10, 1 << 10, 1 << 10, 2, 3, 1, 1));
    for (ConvShape shape : others) {
      for (ConvPass pass : ConvPass.values()) {
        assertFalse(Winograd.supports(shape, pass), shape.toString());
        var e = assertThrows(IllegalArgumentException.class, () -> Winograd.packedBytes(shape, pass));
        assertTrue(e.getMessage().startsWith("convolution:"), e.getMessage());
      }
    }
  }

  @Test
  void badArgumentsAreNamed() {
    var shape = ConvShape.of(2, 3, 5, 5, 4, 3, 1, 1);
    try (var arena = Arena.ofShared()) {
      var one = new Case(shape, arena, new Random(seed()), true);
      MemorySegment packed = arena.allocate(Winograd.packedBytes(shape, ConvPass.FORWARD));
      MemorySegment data = arena.allocate(Winograd.packedBytes(shape, ConvPass.BACKWARD_DATA));
      MemorySegment y = arena.allocate(4 * shape.yCount());
      MemorySegment dx = arena.allocate(4 * shape.xCount());
      refused("x", one.x, bad -> Winograd.forward(shape, bad, packed, one.bias, y));
      refused("packed", packed, bad -> Winograd.forward(shape, one.x, bad, one.bias, y));
      refused("bias", one.bias, bad -> Winograd.forward(shape, one.x, packed, bad, y));
      refused("y", y, bad -> Winograd.forward(shape, one.x, packed, one.bias, bad));
      refused("dy", y, bad -> Winograd.backwardData(shape, bad, data, dx));
      refused("packed", data, bad -> Winograd.backwardData(shape, y, bad, dx));
      refused("dx", dx, bad -> Winograd.backwardData(shape, y, data, bad));
      refused("w", one.w, bad -> Winograd.pack(shape, ConvPass.FORWARD, bad, packed));
      refused("packed", packed, bad -> Winograd.pack(shape, ConvPass.FORWARD, one.w, bad));
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

  /** Random tensors of one geometry. */
  private static final class Case {
    private final ConvShape shape;
    private final Arena arena;
    private final MemorySegment x;
    private final MemorySegment w;
    private final MemorySegment bias;
    private final MemorySegment dy;

    Case(ConvShape shape, Arena arena, Random random, boolean bias) {
      this.shape = shape;
      this.arena = arena;
      this.x = random(shape.xCount(), random);
      this.w = random(shape.wCount(), random);
      this.bias = bias ? random(shape.k(), random) : MemorySegment.NULL;
      this.dy = random(shape.yCount(), random);
    }

    MemorySegment forward(Workers workers) {
      MemorySegment y = guarded(shape.yCount());
      return run(workers, Winograd.forward(shape, x, packed(workers, ConvPass.FORWARD), bias, data(y)), y);
    }

    MemorySegment backwardData(Workers workers) {
      MemorySegment dx = guarded(shape.xCount());
      return run(workers, Winograd.backwardData(shape, dy, packed(workers, ConvPass.BACKWARD_DATA), data(dx)), dx);
    }

    /** The weight, packed with another number of images. */
    private MemorySegment packed(Workers workers, ConvPass pass) {
      ConvShape other = shape.withImages(shape.n() + 2);
      MemorySegment packed = guarded(Winograd.packedBytes(other, pass) / 4);
      return run(workers, Winograd.pack(other, pass, w, data(packed)), packed);
    }

    /** Output i of the plain sum in f32, tap by tap, channel by channel. */
    float plain(int i) {
      int row = i / shape.k() / shape.outW();
      int col = i / shape.k() % shape.outW();
      float sum = 0;
      for (int tap = 0; tap < 9; tap++) {
        int r = row + tap / 3 - shape.padding().h();
        int s = col + tap % 3 - shape.padding().w();
        for (int c = 0; c < shape.c() && r >= 0 && r < shape.h() && s >= 0 && s < shape.w(); c++) {
          float value = x.getAtIndex(JAVA_FLOAT, ((long) r * shape.w() + s) * shape.c() + c);
          sum = Math.fma(value, w.getAtIndex(JAVA_FLOAT, ((long) i % shape.k() * shape.c() + c) * 9 + tap), sum);
        }
      }
      return sum;
    }

    private MemorySegment run(Workers workers, Job job, MemorySegment written) {
      workers.run(job);
      long floats = written.byteSize() / 4;
      for (int i = 0; i < GUARDS; i++) {
        assertEquals(GUARD, written.getAtIndex(JAVA_FLOAT, i), shape + ": written before the segment");
        assertEquals(GUARD, written.getAtIndex(JAVA_FLOAT, floats - 1 - i), shape + ": written behind the segment");
      }
      return data(written);
    }

    private MemorySegment random(long floats, Random random) {
      MemorySegment segment = arena.allocate(4 * floats, 64);
      for (long i = 0; i < floats; i++) {
        segment.setAtIndex(JAVA_FLOAT, i, random.nextFloat() * 2 - 1);
      }
      return segment;
    }

    /** A segment full of a value that no kernel writes, with more of it before and behind. */
    private MemorySegment guarded(long floats) {
      MemorySegment segment = arena.allocate(4 * (floats + 2L * GUARDS), 64);
      for (long i = 0; i < floats + 2L * GUARDS; i++) {
        segment.setAtIndex(JAVA_FLOAT, i, GUARD);
      }
      return segment;
    }

    private static MemorySegment data(MemorySegment guarded) {
      return guarded.asSlice(4L * GUARDS, guarded.byteSize() - 8L * GUARDS);
    }
  }
}
