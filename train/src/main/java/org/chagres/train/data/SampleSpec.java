package org.chagres.train.data;

/**
 * What every sample of a data set looks like, so that batches can be laid out before the first one is read.
 *
 * @param input what the model sees
 * @param target what the loss compares with
 */
public record SampleSpec(ArraySpec input, ArraySpec target) {

  /**
   * Float inputs of the given shape, with a class number as the target: images {@code (C, H, W)}, feature vectors
   * {@code (D)}.
   *
   * @param inputShape the input's shape as PyTorch shows it, without the batch dimension
   */
  public static SampleSpec classification(Integer... inputShape) {
    return new SampleSpec(ArraySpec.f32(inputShape), ArraySpec.i64());
  }

  /**
   * Float inputs of the given shape, with a float vector as the target.
   *
   * @param outputs length of the target
   * @param inputShape the input's shape as PyTorch shows it, without the batch dimension
   */
  public static SampleSpec regression(int outputs, Integer... inputShape) {
    return new SampleSpec(ArraySpec.f32(inputShape), ArraySpec.f32(outputs));
  }
}
