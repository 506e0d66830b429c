package org.chagres.train.data;

import org.chagres.nn.tensor.Tensor;

/**
 * One sample as arrays, as {@link CustomDataset#get} returns it.
 *
 * @param input values in PyTorch's order ({@code C, H, W} for an image)
 * @param classTarget integer target, empty if the target is of floats
 * @param floatTarget float target, empty if the target is of integers
 */
public record Sample(float[] input, long[] classTarget, float[] floatTarget) {
  private static final long[] NO_LONGS = {};
  private static final float[] NO_FLOATS = {};

  /** A sample with a class number, its input a tensor of the CPU. */
  public static Sample of(Tensor input, long target) {
    return of(input.toFloats(), target);
  }

  /** A sample with a class number. */
  public static Sample of(float[] input, long target) {
    return new Sample(input, new long[] {target}, NO_FLOATS);
  }

  /** A sample with integer targets, row by row. */
  public static Sample of(float[] input, long[] target) {
    return new Sample(input, target, NO_FLOATS);
  }

  /** A sample with float targets, row by row. */
  public static Sample of(float[] input, float[] target) {
    return new Sample(input, NO_LONGS, target);
  }
}
