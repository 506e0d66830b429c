package org.chagres.simd.shape;

/**
 * The geometry and options of a loss over classes: rows of scores (or log-probabilities) with an int64 label each.
 *
 * @param rows samples
 * @param classes classes, contiguous in a row
 * @param ignoreIndex a label that counts for nothing
 * @param smoothing label smoothing, 0 to 1
 * @param reduction what becomes of the rows' losses; MEAN divides by the sum of the labels' weights
 * @param softmax true for cross entropy over scores; false for negative log-likelihood over log-probabilities
 */
public record ClassLoss(int rows, int classes, long ignoreIndex, double smoothing, Reduction reduction,
    boolean softmax) {

  /** PyTorch's default for {@code ignoreIndex}. */
  public static final long IGNORE_INDEX = -100;

  /** Checks the numbers. */
  public ClassLoss {
    ConvShape.positive("rows", rows);
    ConvShape.positive("classes", classes);
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException("label smoothing: expected 0 to 1, got " + smoothing);
    }
  }
}
