package org.chagres.gpu.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A loss over classes.
 *
 * @param rows samples
 * @param classes classes
 * @param ignoreIndex a label that counts for nothing
 * @param smoothing label smoothing, 0 to 1
 * @param averaging what becomes of the rows' losses; MEAN divides by the sum of the labels' weights
 * @param softmax true for cross entropy over scores, false for negative log-likelihood over log-probabilities
 */
public record ClassLoss(
    long rows, long classes, long ignoreIndex, double smoothing, Averaging averaging, boolean softmax) {

  /** Checks the numbers. */
  public ClassLoss {
    Launches.atLeast(1, rows, "rows");
    Launches.atLeast(1, classes, "classes");
    if (!(smoothing >= 0 && smoothing <= 1) || (!softmax && smoothing != 0)) {
      throw new IllegalArgumentException(
          "label smoothing: expected 0 to 1, and 0 without softmax, got " + smoothing);
    }
  }

  long values() {
    return averaging == Averaging.NONE ? rows : 1;
  }

  /**
   * What belongs to the rows and classes.
   *
   * @param target int64 (rows), each a class or the ignored index
   * @param weight f32 (classes), or left out
   * @param logProbabilities f32 (rows, classes), written by forward; left out without softmax
   */
  public record Operands(MemorySegment target, MemorySegment weight, MemorySegment logProbabilities) {}
}
