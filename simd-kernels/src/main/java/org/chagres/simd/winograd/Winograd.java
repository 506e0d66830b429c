package org.chagres.simd.winograd;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.memory.Native;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.chagres.simd.shape.Size;

/**
 * 3×3 convolutions of stride 1, f32, by Winograd's F(2×2, 3×3): x is (N, H, W, C), y is (N, outH, outW, K), channels
 * last; the weight is (K, C, 3, 3) as PyTorch stores it. Padding 0 to 2, dilation 1, one group; any sizes.
 *
 * <p>It does 4/9 of the multiplications of the plain sum. With rounding unit u = 2⁻²⁴ an output's error is of the order
 * of (C + 10) u times the sum of the products' magnitudes times a small constant that the transforms bring (for
 * independent terms the typical error is at most twice that of the plain sum, since C instead of 9 C terms follow one
 * another). A NaN or an infinity in the input spoils all four outputs of each tile that reads it, also those whose
 * window does not.
 *
 * <p>Each method checks its arguments and returns a job that can be run as often as wanted. Segments must lie off-heap,
 * hold at least the shape's elements, and not overlap; otherwise {@link IllegalArgumentException} names the argument.
 * A result has the same bits for any number of threads.
 */
public final class Winograd {

  /** More elements than any memory holds, and few enough that no product of sizes overflows. */
  private static final double MOST_ELEMENTS = 0x1p42;

  private static final Size ONE = Size.of(1);
  private static final Size THREE = Size.of(3);

  private Winograd() {}

  /** Whether a pass of a convolution can be done; for both passes the same. */
  public static boolean supports(ConvShape s, ConvPass pass) {
    return s.kernel().equals(THREE)
        && s.stride().equals(ONE)
        && s.dilation().equals(ONE)
        && s.groups() == 1
        && s.padding().h() <= 2
        && s.padding().w() <= 2
        && (s.h() + 4.0) * (s.w() + 4.0) * s.n() * Math.max(s.c(), s.k()) < MOST_ELEMENTS
        && 16.0 * s.c() * s.k() < MOST_ELEMENTS;
  }

  /** Bytes of the weight packed for a pass; the same for any number of images. */
  public static long packedBytes(ConvShape shape, ConvPass pass) {
    return plan(shape, pass).packedBytes();
  }

  /**
   * Packs a weight for a pass.
   *
   * @param shape the geometry
   * @param pass {@link #forward} or {@link #backwardData}
   * @param w (K, C, 3, 3)
   * @param packed of {@link #packedBytes}
   */
  public static Job pack(ConvShape shape, ConvPass pass, MemorySegment w, MemorySegment packed) {
    long bytes = plan(shape, pass).packedBytes();
    long from = Native.address(w, 4 * shape.wCount(), "w");
    return new WeightTransform(shape, pass, from, Native.address(packed, bytes, "packed"));
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
    Plan plan = plan(shape, ConvPass.FORWARD);
    return new WinogradJob(
        plan,
        Native.address(x, 4 * shape.xCount(), "x"),
        Native.address(packed, plan.packedBytes(), "packed"),
        Native.optionalAddress(bias, 4L * shape.k(), "bias"),
        Native.address(y, 4 * shape.yCount(), "y"));
  }

  /**
   * The gradient of the input: the forward pass over dy with filters turned by half and transposed, and 2 − padding
   * zeros around.
   *
   * @param shape the geometry
   * @param dy (N, outH, outW, K)
   * @param packed the weight, packed for {@link ConvPass#BACKWARD_DATA}
   * @param dx (N, H, W, C), written
   */
  public static Job backwardData(ConvShape shape, MemorySegment dy, MemorySegment packed, MemorySegment dx) {
    Plan plan = plan(shape, ConvPass.BACKWARD_DATA);
    return new WinogradJob(
        plan,
        Native.address(dy, 4 * shape.yCount(), "dy"),
        Native.address(packed, plan.packedBytes(), "packed"),
        0,
        Native.address(dx, 4 * shape.xCount(), "dx"));
  }

  /**
   * The gradient of the weight and of the bias.
   *
   * <p>A sum has T = N ⌈outH / 2⌉ ⌈outW / 2⌉ terms, one a tile, taken in blocks of 64 that are then added, so with
   * rounding unit u = 2⁻²⁴ a sum's error is at most about (64 + T / 64 + 6) u times the sum of its terms' magnitudes. A
   * term is a product of sums of up to four values of x and of dy each, so with values up to X and D it is up to 16 X D;
   * an element of dw weighs its 16 sums by 4 in all at most. Measured with uniform values, 1 to 64 images of 16×16,
   * the error's root mean square is 1.5 to 1.8 times that of the direct kernels.
   *
   * @param shape the geometry
   * @param x (N, H, W, C)
   * @param dy (N, outH, outW, K)
   * @param dw (K, C, 3, 3), written
   * @param db (K), written: the sum of dy over images and places; or {@link MemorySegment#NULL}
   */
  public static Job backwardFilter(
      ConvShape shape, MemorySegment x, MemorySegment dy, MemorySegment dw, MemorySegment db) {
    check(shape, ConvPass.FORWARD);
    var addresses = new FilterGradient.Addresses(
        Native.address(x, 4 * shape.xCount(), "x"),
        Native.address(dy, 4 * shape.yCount(), "dy"),
        Native.address(dw, 4 * shape.wCount(), "dw"),
        Native.optionalAddress(db, 4L * shape.k(), "db"));
    return new FilterGradient(FilterPlan.of(shape), addresses);
  }

  private static Plan plan(ConvShape shape, ConvPass pass) {
    check(shape, pass);
    return Plan.of(shape, pass);
  }

  private static void check(ConvShape shape, ConvPass pass) {
    if (!supports(shape, pass)) {
      throw new IllegalArgumentException("convolution: not one of 3x3, stride 1, padding up to 2, one group: " + shape);
    }
  }
}
