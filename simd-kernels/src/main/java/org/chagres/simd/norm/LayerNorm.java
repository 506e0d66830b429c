package org.chagres.simd.norm;

import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.NormShape;

/**
 * Layer norm along the rows of a matrix: the public entry, which checks and hands out jobs.
 *
 * <p>Source: Ba, Kiros, Hinton, "Layer normalization", 2016.
 */
public final class LayerNorm {

  private LayerNorm() {}

  /**
   * y = (x - mean) · inverseStd · weight + bias, mean and biased variance along the row.
   *
   * @param x f32 (rows, columns)
   * @param affine f32 (columns) each
   * @param moments where mean and inverse deviation of the rows go, f32 (rows) each
   * @param y f32 (rows, columns); may be x itself
   */
  public static Job forward(NormShape shape, MemorySegment x, Affine affine, Moments moments, MemorySegment y) {
    return new LayerForward(
        shape, address(x, 4 * shape.count(), "x"), rows(shape, affine, moments), address(y, 4 * shape.count(), "y"));
  }

  /**
   * Gradients. With n columns, g = dy · weight, x̂ the normalised x and sums along a row: dx = inverseStd · (g - Σg/n - x̂ ·
   * Σ(g·x̂)/n); d weight = Σ dy·x̂ and d bias = Σ dy, down the columns.
   *
   * @param dy f32 (rows, columns)
   * @param x f32 (rows, columns)
   * @param moments what forward left there
   * @param out where they go; {@code out.x()} may be dy itself
   */
  public static Job backward(
      NormShape shape, MemorySegment dy, MemorySegment x, Moments moments, Affine affine, Gradients out) {
    return new LayerBackward(
        shape,
        address(dy, 4 * shape.count(), "dy"),
        address(x, 4 * shape.count(), "x"),
        rows(shape, affine, moments),
        LayerBackward.Out.of(shape, out));
  }

  private static Columns rows(NormShape shape, Affine affine, Moments moments) {
    return new Columns(
        address(moments.mean(), 4L * shape.rows(), "mean"),
        address(moments.inverseStd(), 4L * shape.rows(), "inverse std"),
        optionalAddress(affine.weight(), 4L * shape.columns(), "weight"),
        optionalAddress(affine.bias(), 4L * shape.columns(), "bias"));
  }
}
