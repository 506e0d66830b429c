package org.chagres.nn.backend;

import java.lang.foreign.MemorySegment;
import org.chagres.simd.loss.ClassSaved;
import org.chagres.simd.loss.Logits;
import org.chagres.simd.loss.Pair;
import org.chagres.simd.loss.PairGradients;
import org.chagres.simd.shape.ClassLoss;

/** Losses, f32. */
public interface LossOps {

  /**
   * Cross entropy or negative log-likelihood.
   *
   * @param shape geometry and options
   * @param x (rows, classes)
   * @param target int64 (rows), already checked to be a class or the ignored index
   * @param weight of each class; may be left out
   * @param logProbabilities where log-softmax is saved for backward (rows, classes); not used for log-likelihood
   * @param out one value, or one for each row with no reduction; then one more value: the sum of the labels' weights
   */
  void classForward(
      ClassLoss shape,
      MemorySegment x,
      MemorySegment target,
      MemorySegment weight,
      MemorySegment logProbabilities,
      MemorySegment out);

  /**
   * Backward of {@link #classForward}.
   *
   * @param out what forward wrote there
   * @param dy gradient of the loss: one value, or one for each row
   */
  void classBackward(ClassLoss shape, ClassSaved saved, MemorySegment out, MemorySegment dy, MemorySegment dx);

  /** out: one value, or one for each element. */
  void pairForward(Pair loss, long count, MemorySegment x, MemorySegment target, MemorySegment out);

  /** dx and dtarget (either may be left out) from dy, one value or one for each element. */
  void pairBackward(
      Pair loss, long count, MemorySegment dy, MemorySegment x, MemorySegment target, PairGradients out);

  /** out: one value, or one for each element. */
  void logitsForward(Logits shape, MemorySegment x, MemorySegment target, MemorySegment positive, MemorySegment out);

  /** dx from dy. */
  void logitsBackward(
      Logits shape, MemorySegment dy, MemorySegment x, MemorySegment target, MemorySegment positive, MemorySegment dx);
}
