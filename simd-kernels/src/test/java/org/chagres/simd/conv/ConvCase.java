package org.chagres.simd.conv;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.parallel.Workers;
import org.chagres.simd.reference.ReferenceConv;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/** Random tensors of one geometry, and the comparison of every pass with the reference. */
final class ConvCase {
  private static final float GUARD = 1234.5f;
  private static final int GUARDS = 32;

  final ConvShape shape;
  final MemorySegment x;
  final MemorySegment w;
  final MemorySegment bias;
  final MemorySegment dy;
  private final Arena arena;

  ConvCase(ConvShape shape, Arena arena, Random random, boolean bias) {
    this.shape = shape;
    this.arena = arena;
    this.x = random(shape.xCount(), random);
    this.w = random(shape.wCount(), random);
    this.bias = bias ? random(shape.k(), random) : MemorySegment.NULL;
    this.dy = random(shape.yCount(), random);
  }

  /** Checks all passes; the weight is packed with another number of images. */
  void check(Workers workers, String name) {
    MemorySegment y = forward(workers, name);
    close(ReferenceConv.forward(shape, x, w, bias), y, reduction(), name + " forward");
    MemorySegment dx = backwardData(workers, name);
    int terms = shape.k() / shape.groups() * shape.kernel().h() * shape.kernel().w();
    close(ReferenceConv.backwardData(shape, dy, w), dx, terms, name + " backwardData");
    if (Algorithm.of(shape, ConvPass.FORWARD) != Algorithm.DIRECT) {
      checkDirect(workers, name + ", direct");
    }
    int pixels = shape.n() * shape.outH() * shape.outW();
    MemorySegment[] gradients = backwardFilter(workers, name);
    close(ReferenceConv.backwardFilter(shape, x, dy), gradients[0], pixels, name + " backwardFilter");
    if (!bias.equals(MemorySegment.NULL)) {
      close(ReferenceConv.backwardBias(shape, dy), gradients[1], pixels, name + " backwardFilter, bias");
    }
  }

  /** Where another algorithm is chosen the direct kernels must do the shape as well. */
  private void checkDirect(Workers workers, String name) {
    MemorySegment forward = guarded(Direct.packedBytes(shape, ConvPass.FORWARD) / 4);
    run(workers, Direct.pack(shape, ConvPass.FORWARD, w, data(forward)), forward, name);
    MemorySegment y = guarded(shape.yCount());
    run(workers, Direct.forward(shape, x, data(forward), bias, data(y)), y, name);
    close(ReferenceConv.forward(shape, x, w, bias), data(y), reduction(), name + " forward");
    MemorySegment backward = guarded(Direct.packedBytes(shape, ConvPass.BACKWARD_DATA) / 4);
    run(workers, Direct.pack(shape, ConvPass.BACKWARD_DATA, w, data(backward)), backward, name);
    MemorySegment dx = guarded(shape.xCount());
    run(workers, Direct.backwardData(shape, dy, data(backward), data(dx)), dx, name);
    close(ReferenceConv.backwardData(shape, dy, w), data(dx), 9 * shape.k(), name + " backwardData");
  }

  MemorySegment forward(Workers workers, String name) {
    MemorySegment y = guarded(shape.yCount());
    run(workers, Conv.forward(shape, x, packed(workers, ConvPass.FORWARD), bias, data(y)), y, name);
    return data(y);
  }

  MemorySegment backwardData(Workers workers, String name) {
    MemorySegment dx = guarded(shape.xCount());
    run(workers, Conv.backwardData(shape, dy, packed(workers, ConvPass.BACKWARD_DATA), data(dx)), dx, name);
    return data(dx);
  }

  MemorySegment[] backwardFilter(Workers workers, String name) {
    MemorySegment dw = guarded(shape.wCount());
    boolean none = bias.equals(MemorySegment.NULL);
    MemorySegment db = none ? MemorySegment.NULL : guarded(shape.k());
    run(workers, Conv.backwardFilter(shape, x, dy, data(dw), none ? db : data(db)), dw, name);
    if (!none) {
      checkGuards(db, name);
    }
    return new MemorySegment[] {data(dw), none ? db : data(db)};
  }

  private MemorySegment packed(Workers workers, ConvPass pass) {
    ConvShape other = shape.withImages(shape.n() + 2);
    MemorySegment packed = guarded(Conv.packedBytes(other, pass) / 4);
    run(workers, Conv.pack(other, pass, w, data(packed)), packed, "pack");
    return data(packed);
  }

  private static void run(Workers workers, Job job, MemorySegment written, String name) {
    workers.run(job);
    checkGuards(written, name);
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

  private static void checkGuards(MemorySegment guarded, String name) {
    long floats = guarded.byteSize() / 4;
    for (int i = 0; i < GUARDS; i++) {
      assertEquals(GUARD, guarded.getAtIndex(JAVA_FLOAT, i), name + ": written before the segment");
      assertEquals(GUARD, guarded.getAtIndex(JAVA_FLOAT, floats - 1 - i), name + ": written behind the segment");
    }
  }

  private int reduction() {
    return shape.c() / shape.groups() * shape.kernel().h() * shape.kernel().w();
  }

  /** Values are in −1 .. 1, so the error grows with the number of terms times half an ulp of a typical partial sum. */
  static void close(double[] expected, MemorySegment actual, int terms, String name) {
    double tolerance = 2e-7 * Math.max(4, terms);
    for (int i = 0; i < expected.length; i++) {
      float value = actual.getAtIndex(JAVA_FLOAT, i);
      double error = Math.abs(value - expected[i]);
      if (!(error <= tolerance)) {
        assertTrue(false, name + " [" + i + "]: expected " + expected[i] + ", got " + value);
      }
    }
  }
}
