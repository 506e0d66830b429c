package org.chagres.simd.loss;

import static org.chagres.simd.memory.Native.address;
import static org.chagres.simd.memory.Native.optionalAddress;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.parallel.Job;
import org.chagres.simd.shape.ClassLoss;
import org.chagres.simd.shape.Reduction;

/** Losses, forward and backward: the public entry, which checks and hands out jobs. Sums run in double, in a fixed order. */
public final class Losses {

  private Losses() {}

  /**
   * Cross entropy over scores or negative log-likelihood over log-probabilities. With label t, weights w (1 where left out)
   * and smoothing ε over C classes a row's loss is (1 - ε)·w[t]·(-log p[t]) + ε/C · Σ w[c]·(-log p[c]); MEAN divides the sum by
   * the sum of w[t]. A row whose label is the ignored index has loss 0 and weight 0; where all are ignored the mean is NaN.
   *
   * @param shape geometry and options
   * @param x f32 (rows, classes)
   * @param saved labels and weights, and where log-softmax goes
   * @param out f32: one value, or (rows) with no reduction; then the sum of the labels' weights
   * @throws IllegalArgumentException if smoothing is asked of a negative log-likelihood; when run, if a label is no class
   */
  public static Job classForward(ClassLoss shape, MemorySegment x, ClassSaved saved, MemorySegment out) {
    return new ClassForward(
        shape,
        address(x, 4L * shape.rows() * shape.classes(), "x"),
        ClassArguments.of(shape, saved),
        address(out, 4 * (values(shape) + 1), "out"));
  }

  /**
   * Backward of {@link #classForward}.
   *
   * @param saved what forward was given and left
   * @param out what forward wrote there
   * @param dy gradient of the loss, f32: one value, or (rows) with no reduction
   * @param dx f32 (rows, classes)
   */
  public static Job classBackward(
      ClassLoss shape, ClassSaved saved, MemorySegment out, MemorySegment dy, MemorySegment dx) {
    return new ClassBackward(
        shape,
        ClassArguments.of(shape, saved),
        address(out, 4 * (values(shape) + 1), "out"),
        address(dy, 4 * values(shape), "dy"),
        address(dx, 4L * shape.rows() * shape.classes(), "dx"));
  }

  /**
   * A loss of pairs, element by element; the mean of no elements is NaN.
   *
   * @param x f32 (count)
   * @param target f32 (count)
   * @param out f32: one value, or (count) with no reduction
   */
  public static Job pairForward(Pair loss, long count, MemorySegment x, MemorySegment target, MemorySegment out) {
    long bytes = bytes(count);
    return new PairForward(
        loss,
        count,
        address(x, bytes, "x"),
        address(target, bytes, "target"),
        address(out, loss.reduction() == Reduction.NONE ? bytes : 4, "out"));
  }

  /**
   * Backward of {@link #pairForward}. The derivative of |d| at 0 is 0.
   *
   * @param dy f32: one value, or (count) with no reduction
   */
  public static Job pairBackward(
      Pair loss, long count, MemorySegment dy, MemorySegment x, MemorySegment target, PairGradients out) {
    long bytes = bytes(count);
    return new PairBackward(
        loss,
        count,
        address(dy, loss.reduction() == Reduction.NONE ? bytes : 4, "dy"),
        address(x, bytes, "x"),
        address(target, bytes, "target"),
        new PairBackward.Out(optionalAddress(out.x(), bytes, "dx"), optionalAddress(out.target(), bytes, "dtarget")));
  }

  /**
   * Binary cross entropy over logits: p·t·ln(1 + e^-x) + (1 - t)·ln(1 + e^x), p the weight of the column's positives.
   *
   * @param x f32 (rows, columns)
   * @param target f32 (rows, columns)
   * @param positive f32 (columns), or {@link MemorySegment#NULL}
   * @param out f32: one value, or (rows, columns) with no reduction
   */
  public static Job logitsForward(
      Logits shape, MemorySegment x, MemorySegment target, MemorySegment positive, MemorySegment out) {
    long bytes = 4 * shape.count();
    return new LogitsForward(
        shape,
        address(x, bytes, "x"),
        address(target, bytes, "target"),
        optionalAddress(positive, 4L * shape.columns(), "weights of positives"),
        address(out, shape.reduction() == Reduction.NONE ? bytes : 4, "out"));
  }

  /**
   * Backward of {@link #logitsForward} for x.
   *
   * @param dy f32: one value, or (rows, columns) with no reduction
   */
  public static Job logitsBackward(
      Logits shape,
      MemorySegment dy,
      MemorySegment x,
      MemorySegment target,
      MemorySegment positive,
      MemorySegment dx) {
    long bytes = 4 * shape.count();
    return new LogitsBackward(
        shape,
        address(dy, shape.reduction() == Reduction.NONE ? bytes : 4, "dy"),
        address(x, bytes, "x"),
        address(target, bytes, "target"),
        optionalAddress(positive, 4L * shape.columns(), "weights of positives"),
        address(dx, bytes, "dx"));
  }

  private static long values(ClassLoss shape) {
    return shape.reduction() == Reduction.NONE ? shape.rows() : 1;
  }

  private static long bytes(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("count: expected 0 or more, got " + count);
    }
    return Math.multiplyExact(count, 4L);
  }
}
