package org.chagres.simd.norm;

import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.NormShape;

/**
 * Batch norm over a matrix of (rows, channels): the public entry, which checks and hands out jobs. Training is {@link
 * #moments} then {@link #apply}, evaluation {@link #runningMoments} then {@link #apply}.
 *
 * <p>Source: Ioffe and Szegedy, "Batch normalization", 2015; statistics by blocks after Chan, Golub, LeVeque, "Updating
 * formulae and a pairwise algorithm for computing sample variances", 1979.
 */
public final class BatchNorm {

  private BatchNorm() {}

  /**
   * Moments of each column of x, by biased variance; running statistics, if any, move by momentum towards the mean and the
   * unbiased variance.
   *
   * @param x f32 (rows, columns)
   * @throws IllegalArgumentException if running statistics are asked of a single row, which has no unbiased variance
   */
  public static Job moments(NormShape shape, MemorySegment x, Moments moments, Running running) {
    long bytes = 4L * shape.columns();
    long runningMean = optionalAddress(running.mean(), bytes, "running mean");
    long runningVariance = optionalAddress(running.variance(), bytes, "running variance");
    if ((runningMean == 0) != (runningVariance == 0)) {
      throw new IllegalArgumentException("running statistics: expected mean and variance or neither");
    }
    if (runningMean != 0 && shape.rows() < 2) {
      throw new IllegalArgumentException("batch norm: expected more than 1 value per channel when training");
    }
    return new BatchMoments(
        shape,
        address(x, 4 * shape.count(), "x"),
        new ColumnSums.Target(
            address(moments.mean(), bytes, "mean"),
            address(moments.inverseStd(), bytes, "inverse std"),
            runningMean,
            runningVariance,
            shape.eps(),
            checkMomentum(running.momentum())));
  }

  /** The moments that running statistics stand for: mean and 1/√(variance + eps). */
  public static Job runningMoments(NormShape shape, Running running, Moments moments) {
    long bytes = 4L * shape.columns();
    return new RunningMoments(
        shape,
        address(running.mean(), bytes, "running mean"),
        address(running.variance(), bytes, "running variance"),
        address(moments.mean(), bytes, "mean"),
        address(moments.inverseStd(), bytes, "inverse std"));
  }

  /**
   * y = (x - mean) · inverseStd · weight + bias, down the columns.
   *
   * @param x f32 (rows, columns)
   * @param y f32 (rows, columns); may be x itself
   */
  public static Job apply(NormShape shape, MemorySegment x, Moments moments, Affine affine, MemorySegment y) {
    return apply(shape, false, x, moments, affine, y);
  }

  /** As {@link #apply}, and what is under zero is zero: the bits of {@link #apply} and a ReLU after it, in one pass. */
  public static Job applyRelu(NormShape shape, MemorySegment x, Moments moments, Affine affine, MemorySegment y) {
    return apply(shape, true, x, moments, affine, y);
  }

  private static Job apply(
      NormShape shape, boolean relu, MemorySegment x, Moments moments, Affine affine, MemorySegment y) {
    return new BatchApply(
        shape,
        relu,
        address(x, 4 * shape.count(), "x"),
        Columns.of(shape, moments, affine),
        address(y, 4 * shape.count(), "y"));
  }

  /**
   * Gradients. With n rows, x̂ the normalised x and sums down a column: d weight = Σ dy·x̂, d bias = Σ dy, and dx =
   * weight · inverseStd · (dy - Σdy/n - x̂ · Σ(dy·x̂)/n) in training or weight · inverseStd · dy in evaluation.
   *
   * @param training whether the moments came from x itself
   * @param dy f32 (rows, columns)
   * @param x f32 (rows, columns)
   * @param out where they go; {@code out.x()} may be dy itself
   */
  public static Job backward(
      NormShape shape,
      boolean training,
      MemorySegment dy,
      MemorySegment x,
      Moments moments,
      Affine affine,
      Gradients out) {
    return backward(shape, new BatchBackward.Mode(training, false), dy, x, Columns.of(shape, moments, affine), out);
  }

  /**
   * As {@link #backward}, dy being the gradient of {@link #applyRelu}'s result: the bits of a ReLU's backward pass and then {@link
   * #backward}. Which elements were over zero is worked out again from x.
   */
  public static Job backwardRelu(
      NormShape shape,
      boolean training,
      MemorySegment dy,
      MemorySegment x,
      Moments moments,
      Affine affine,
      Gradients out) {
    return backward(shape, new BatchBackward.Mode(training, true), dy, x, Columns.of(shape, moments, affine), out);
  }

  private static Job backward(
      NormShape shape, BatchBackward.Mode mode, MemorySegment dy, MemorySegment x, Columns in, Gradients out) {
    return new BatchBackward(
        shape,
        mode,
        address(dy, 4 * shape.count(), "dy"),
        address(x, 4 * shape.count(), "x"),
        in,
        ColumnGradients.of(shape, mode.relu(), in, out));
  }

  private static double checkMomentum(double momentum) {
    if (!(momentum >= 0 && momentum <= 1)) {
      throw new IllegalArgumentException("momentum: expected 0 to 1, got " + momentum);
    }
    return momentum;
  }
}
