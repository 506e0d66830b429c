package org.chagres.simd.winograd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
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
import org.chagres.simd.reference.ReferenceConv;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The filter's gradient against the reference. */
class FilterGradientTest {
  private static final int[] CHANNELS = {1, 3, 4, 7, 8, 9, 15, 16, 17, 24, 31, 33, 40};
  private static final float GUARD = 1234.5f;
  private static final int GUARDS = 32;

  private static long seed() {
    return Long.getLong("chagres.seed", 20240607L);
  }

  /** One for each border and tail. */
  static List<ConvShape> ragged() {
    var shapes = new ArrayList<ConvShape>();
    for (int channels : CHANNELS) {
      shapes.add(ConvShape.of(1, channels, 3, 5, 3, 3, 1, 1));
      shapes.add(ConvShape.of(2, 3, 4, 3, channels, 3, 1, 1));
      shapes.add(ConvShape.of(1, channels, 5, 4, channels, 3, 1, 0));
    }
    for (int padding = 0; padding <= 2; padding++) {
      for (int size = 3 - 2 * padding; size <= 6; size++) {
        if (size > 0) {
          shapes.add(ConvShape.of(2, 2, size, 9 - size, 3, 3, 1, padding));
          shapes.add(withPadding(size + 2, 7, new Size(padding, 2 - padding)));
        }
      }
    }
    return shapes;
  }

  private static ConvShape withPadding(int h, int w, Size padding) {
    return new ConvShape(1, 5, h, w, 6, Size.of(3), Size.of(1), padding, Size.of(1), 1);
  }

  /** With several blocks, parts and splits, and panels of each number modulo three. */
  static List<ConvShape> large() {
    return List.of(
        ConvShape.of(3, 40, 21, 20, 40, 3, 1, 1),
        ConvShape.of(17, 130, 5, 5, 70, 3, 1, 1),
        ConvShape.of(1, 8, 64, 63, 9, 3, 1, 2),
        ConvShape.of(40, 56, 8, 8, 129, 3, 1, 1),
        ConvShape.of(50, 8, 1, 1, 24, 3, 1, 1));
  }

  @Tag("lanes")
  @ParameterizedTest
  @MethodSource("ragged")
  void raggedShapesMatchTheReference(ConvShape shape) {
    check(shape, new Random(seed()));
  }

  @ParameterizedTest
  @MethodSource("large")
  void largeShapesMatchTheReference(ConvShape shape) {
    check(shape, new Random(seed()));
  }

  @Test
  void randomShapesMatchTheReference() {
    var random = new Random(seed());
    for (int i = 0; i < 60; i++) {
      int h = 1 + random.nextInt(12);
      int w = 1 + random.nextInt(12);
      var padding = new Size(padding(h, random), padding(w, random));
      int c = CHANNELS[random.nextInt(CHANNELS.length)];
      int k = CHANNELS[random.nextInt(CHANNELS.length)];
      int n = 1 + random.nextInt(5);
      check(new ConvShape(n, c, h, w, k, Size.of(3), Size.of(1), padding, Size.of(1), 1), random);
    }
  }

  private static int padding(int size, Random random) {
    return size < 3 ? 1 + random.nextInt(2) : random.nextInt(3);
  }

  private static void check(ConvShape shape, Random random) {
    try (var arena = Arena.ofShared()) {
      MemorySegment x = random(arena, shape.xCount(), random);
      MemorySegment dy = random(arena, shape.yCount(), random);
      boolean bias = random.nextBoolean();
      MemorySegment dw = guarded(arena, shape.wCount());
      MemorySegment db = bias ? guarded(arena, shape.k()) : MemorySegment.NULL;
      String name = shape + ", seed " + seed();
      Workers.shared().run(Winograd.backwardFilter(shape, x, dy, data(dw), bias ? data(db) : db));
      int terms = shape.n() * shape.outH() * shape.outW();
      close(ReferenceConv.backwardFilter(shape, x, dy), dw, terms, name + ", dw");
      if (bias) {
        close(ReferenceConv.backwardBias(shape, dy), db, terms, name + ", db");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("large")
  void bitsDoNotDependOnTheNumberOfThreads(ConvShape shape) {
    var random = new Random(seed());
    try (var arena = Arena.ofShared()) {
      MemorySegment x = random(arena, shape.xCount(), random);
      MemorySegment dy = random(arena, shape.yCount(), random);
      MemorySegment dw = arena.allocate(4 * shape.wCount(), 64);
      MemorySegment db = arena.allocate(4L * shape.k(), 64);
      MemorySegment dw1 = arena.allocate(4 * shape.wCount(), 64);
      MemorySegment db1 = arena.allocate(4L * shape.k(), 64);
      for (int threads = 1; threads <= 3; threads++) {
        try (var workers = Workers.of(threads)) {
          workers.run(Winograd.backwardFilter(shape, x, dy, dw, db));
        }
        if (threads == 1) {
          dw1.copyFrom(dw);
          db1.copyFrom(db);
        }
        assertEquals(-1, dw1.mismatch(dw), threads + " threads, dw");
        assertEquals(-1, db1.mismatch(db), threads + " threads, db");
      }
    }
  }

  private static MemorySegment random(Arena arena, long floats, Random random) {
    MemorySegment segment = arena.allocate(4 * floats, 64);
    for (long i = 0; i < floats; i++) {
      segment.setAtIndex(JAVA_FLOAT, i, random.nextFloat() * 2 - 1);
    }
    return segment;
  }

  private static MemorySegment guarded(Arena arena, long floats) {
    MemorySegment segment = arena.allocate(4 * (floats + 2L * GUARDS), 64);
    for (long i = 0; i < floats + 2L * GUARDS; i++) {
      segment.setAtIndex(JAVA_FLOAT, i, GUARD);
    }
    return segment;
  }

  private static MemorySegment data(MemorySegment guarded) {
    return guarded.asSlice(4L * GUARDS, guarded.byteSize() - 8L * GUARDS);
  }

  @Test
  void badArgumentsAreNamed() {
    var shape = ConvShape.of(2, 9, 5, 5, 17, 3, 1, 1);
    var random = new Random(seed());
    try (var arena = Arena.ofShared()) {
      MemorySegment x = random(arena, shape.xCount(), random);
      MemorySegment dy = random(arena, shape.yCount(), random);
      MemorySegment dw = random(arena, shape.wCount(), random);
      MemorySegment db = random(arena, shape.k(), random);
      refused("x", x, bad -> Winograd.backwardFilter(shape, bad, dy, dw, db));
      refused("dy", dy, bad -> Winograd.backwardFilter(shape, x, bad, dw, db));
      refused("dw", dw, bad -> Winograd.backwardFilter(shape, x, dy, bad, db));
      refused("db", db, bad -> Winograd.backwardFilter(shape, x, dy, dw, bad));
      var strided = ConvShape.of(2, 9, 5, 5, 17, 3, 2, 1);
      var e = assertThrows(
          IllegalArgumentException.class, () -> Winograd.backwardFilter(strided, x, dy, dw, db));
      assertTrue(e.getMessage().startsWith("convolution: not one of"), e.getMessage());
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

  /**
   * Values are in −1 .. 1. A place of V is up to 4, of M up to 4, so partial sums are larger than those of a direct
   * sum: four times the direct kernels' tolerance, which grows with the number of terms.
   */
  private static void close(double[] expected, MemorySegment guarded, int terms, String name) {
    for (int i = 0; i < GUARDS; i++) {
      assertEquals(GUARD, guarded.getAtIndex(JAVA_FLOAT, i), name + ": written before the segment");
      assertEquals(GUARD, guarded.getAtIndex(JAVA_FLOAT, guarded.byteSize() / 4 - 1 - i), name + ": written behind");
    }
    double tolerance = 8e-7 * Math.max(4, terms);
    for (int i = 0; i < expected.length; i++) {
      float value = guarded.getAtIndex(JAVA_FLOAT, GUARDS + i);
      boolean near = Math.abs(value - expected[i]) <= tolerance;
      if (!near) {
        assertEquals(expected[i], value, tolerance, name + " [" + i + "]");
      }
    }
  }
}
