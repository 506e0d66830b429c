package org.chagres.simd.conv;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.winograd.Winograd;

/**
 * 2-D convolution, f32: x is (N, H, W, C), y is (N, outH, outW, K), channels last; the weight is (K,
 * C / groups, kh, kw) as PyTorch stores it. Any stride, padding, dilation and number of groups. {@link Algorithm} says
 * by shape which kernels do a pass.
 *
 * <p>Each method checks its arguments and returns a job that can be run as often as wanted. Segments must lie off-heap,
 * hold at least the shape's elements, and not overlap; otherwise {@link IllegalArgumentException} names the argument.
 *
 * <p>The weight is packed once per change by {@link #pack}, for any number of images. A result has the same bits for
 * any number of threads.
 */
public final class Conv {

  private Conv() {}

  /** Bytes of the weight packed for a pass; the same for any number of images. */
  public static long packedBytes(ConvShape shape, ConvPass pass) {
    return switch (Algorithm.of(shape, pass)) {
      case DIRECT -> Direct.packedBytes(shape, pass);
      case WINOGRAD -> Winograd.packedBytes(shape, pass);
    };
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
    return switch (Algorithm.of(shape, pass)) {
      case DIRECT -> Direct.pack(shape, pass, w, packed);
      case WINOGRAD -> Winograd.pack(shape, pass, w, packed);
    };
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
    return switch (Algorithm.of(shape, ConvPass.FORWARD)) {
      case DIRECT -> Direct.forward(shape, x, packed, bias, y);
      case WINOGRAD -> Winograd.forward(shape, x, packed, bias, y);
    };
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
    return switch (Algorithm.of(shape, ConvPass.BACKWARD_DATA)) {
      case DIRECT -> Direct.backwardData(shape, dy, packed, dx);
      case WINOGRAD -> Winograd.backwardData(shape, dy, packed, dx);
    };
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
    return switch (Algorithm.ofFilter(shape)) {
      case DIRECT -> Direct.backwardFilter(shape, x, dy, dw, db);
      case WINOGRAD -> Winograd.backwardFilter(shape, x, dy, dw, db);
    };
  }
}
