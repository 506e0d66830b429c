package org.chagres.simd.conv;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;

/**
 * Forward pass and gradient of the data by direct kernels alone, for any geometry: what {@link Conv} takes where no
 * other algorithm is faster, and what benchmarks and tests hold the others against. Layouts are those of {@link Conv};
 * a packed weight is not the same.
 *
 * <p>Each method checks its arguments and returns a job that can be run as often as wanted. Segments must lie off-heap,
 * hold at least the shape's elements, and not overlap; otherwise {@link IllegalArgumentException} names the argument.
 *
 * <p>The weight is packed once per change by {@link #pack}, for any number of images. A result has the same bits for
 * any number of threads.
 */
public final class Direct {

  private Direct() {}

  /** Bytes of the weight packed for a pass; the same for any number of images. */
  public static long packedBytes(ConvShape shape, ConvPass pass) {
    return plan(shape, pass).packedBytes();
  }

  /**
   * Packs a weight for a pass.
   *
   * @param shape the geometry
   * @param pass {@link #forward} or {@link #backwardData}
   * @param w (K, C / groups, kh, kw)
   * @param packed of {@link #packedBytes}
   */
  public static Job pack(ConvShape shape, ConvPass pass, MemorySegment w, MemorySegment packed) {
    DirectPlan plan = plan(shape, pass);
    long from = Native.address(w, bytes(shape.wCount()), "w");
    long to = Native.address(packed, plan.packedBytes(), "packed");
    var filter = new PackedWeight.Filter(shape.kernel().h(), shape.kernel().w());
    return plan.pack(pass, filter, from, to);
  }

  /**
   * y = conv(x, w) + bias.
   *
   * @param shape the geometry
   * @param x (N, H, W, C)
   * @param packed the weight, packed for {@link ConvPass#FORWARD}
   * @param bias (K), or {@link MemorySegment#NULL}
   * @param y (N, outH, outW, K), written
   */
  public static Job forward(
      ConvShape shape, MemorySegment x, MemorySegment packed, MemorySegment bias, MemorySegment y) {
    DirectPlan plan = plan(shape, ConvPass.FORWARD);
    return new DirectJob(
        plan,
        new DirectArguments(
            Native.address(x, bytes(shape.xCount()), "x"),
            Native.address(packed, plan.packedBytes(), "packed"),
            Native.optionalAddress(bias, bytes(shape.k()), "bias"),
            Native.address(y, bytes(shape.yCount()), "y")));
  }

  /**
   * The gradient of the input.
   *
   * @param shape the geometry
   * @param dy (N, outH, outW, K)
   * @param packed the weight, packed for {@link ConvPass#BACKWARD_DATA}
   * @param dx (N, H, W, C), written; zero where no output reads the input
   */
  public static Job backwardData(ConvShape shape, MemorySegment dy, MemorySegment packed, MemorySegment dx) {
    DirectPlan plan = plan(shape, ConvPass.BACKWARD_DATA);
    return new DirectJob(
        plan,
        new DirectArguments(
            Native.address(dy, bytes(shape.yCount()), "dy"),
            Native.address(packed, plan.packedBytes(), "packed"),
            0,
            Native.address(dx, bytes(shape.xCount()), "dx")));
  }

  /**
   * The gradient of the weight and of the bias.
   *
   * @param shape the geometry
   * @param x (N, H, W, C)
   * @param dy (N, outH, outW, K)
   * @param dw (K, C / groups, kh, kw), written
   * @param db (K), written: the sum of dy over images and places; or {@link MemorySegment#NULL}
   */
  public static Job backwardFilter(
      ConvShape shape, MemorySegment x, MemorySegment dy, MemorySegment dw, MemorySegment db) {
    check(shape);
    var arguments = new FilterArguments(
        Native.address(x, bytes(shape.xCount()), "x"),
        Native.address(dy, bytes(shape.yCount()), "dy"),
        Native.address(dw, bytes(shape.wCount()), "dw"),
        Native.optionalAddress(db, bytes(shape.k()), "db"));
    // Patches are multiplied with two vectors of output channels; where there is but one to fill, half would be wasted.
    boolean narrow = shape.k() / shape.groups() <= Tiling.LANES;
    return narrow ? new FilterJob(shape, arguments) : new PatchFilterJob(shape, arguments);
  }

  /** The plan of a pass, once it is sure that no size overflows. */
  private static DirectPlan plan(ConvShape s, ConvPass pass) {
    check(s);
    return DirectPlan.of(s, pass);
  }

  /**
   * Checks that no product of sizes overflows.
   *
   * @throws IllegalArgumentException if one does
   */
  static void check(ConvShape s) {
    extent("height", s.h(), s.padding().h(), (long) s.dilation().h() * s.kernel().h());
    extent("width", s.w(), s.padding().w(), (long) s.dilation().w() * s.kernel().w());
    try {
      long y = Math.multiplyExact(Math.multiplyExact((long) s.outH() * s.outW(), s.n()), s.k());
      long depth = Math.multiplyExact(Math.multiplyExact(s.c() / s.groups(), s.kernel().h()), s.kernel().w());
      Math.multiplyExact(Math.multiplyExact(y, depth), 2L);
      Math.multiplyExact(8L * depth, s.k() + 2L * Tiling.WIDTH * s.groups());
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("convolution too large: " + s, e);
    }
  }

  private static void extent(String name, int size, int padding, long reach) {
    if (size + 2L * padding > Integer.MAX_VALUE / 4 || reach > Integer.MAX_VALUE / 4) {
      throw new IllegalArgumentException(
          name + ": " + size + " with padding " + padding + " and a filter over " + reach + " places is too large");
    }
  }

  private static long bytes(long floats) {
    return Math.multiplyExact(4L, floats);
  }
}
