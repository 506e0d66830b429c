package org.chagres.train.data;

import java.util.Arrays;
import java.util.List;
import org.chagres.simd.shape.DType;

/**
 * Type and shape of one array of a sample: its input or its target.
 *
 * <p>The shape is the one PyTorch shows, without the batch dimension: {@code (C, H, W)} for an image, {@code ()} for a
 * class number. An array of rank 3 lies channels-last ({@code H, W, C}) in a batch, because a batch of them has rank 4
 * and tensors of rank 4 lie so; every other rank lies row by row.
 *
 * @param type element type
 * @param shape dimensions, each at least 1
 */
public record ArraySpec(DType type, List<Integer> shape) {

  /** Checks the dimensions and their product. */
  public ArraySpec {
    shape = List.copyOf(shape);
    long elements = 1;
    for (int d : shape) {
      if (d < 1) {
        throw new IllegalArgumentException("shape: expected dimensions of at least 1, got " + shape);
      }
      elements *= d;
      if (elements * type.bytes() > Integer.MAX_VALUE) {
        throw new IllegalArgumentException("shape: one sample of " + type + " " + shape + " exceeds 2 GiB");
      }
    }
  }

  /** A float array of the given shape; {@code f32(3, 32, 32)} is an image. */
  public static ArraySpec f32(Integer... shape) {
    return new ArraySpec(DType.F32, Arrays.asList(shape));
  }

  /** An integer array of the given shape; {@code i64()} is a class number. */
  public static ArraySpec i64(Integer... shape) {
    return new ArraySpec(DType.I64, Arrays.asList(shape));
  }

  /** Number of elements of one sample. */
  public int elements() {
    int product = 1;
    for (int d : shape) {
      product *= d;
    }
    return product;
  }

  /** Bytes of one sample. */
  public int bytes() {
    return elements() * type.bytes();
  }

  /** Whether samples lie channels-last: exactly if the rank is 3. */
  public boolean channelsLast() {
    return shape.size() == 3;
  }

  @Override
  public String toString() {
    return type + shape.toString();
  }
}
