package org.chagres.bench.network;

import java.util.Arrays;
import org.chagres.simd.shape.ConvShape;

/** The sizes of the case-study network ({@link org.chagres.train.model.Cnn}), for 3×32×32 images and ten classes. */
public final class CnnShapes {

  /** Channels in, side, channels out of each 3×3 convolution. */
  private static final int[][] CONVOLUTIONS =
      {{3, 32, 32}, {32, 32, 32}, {32, 16, 64}, {64, 16, 64}, {64, 8, 128}, {128, 8, 128}};

  private static final int[][] LINEAR = {{2048, 256}, {256, 10}};

  private CnnShapes() {}

  /** How many convolutions there are. */
  public static int convolutions() {
    return CONVOLUTIONS.length;
  }

  /** A convolution, from 0, for so many images. */
  public static ConvShape convolution(int layer, int images) {
    int[] s = CONVOLUTIONS[layer];
    return ConvShape.of(images, s[0], s[1], s[1], s[2], 3, 1, 1);
  }

  /**
   * Floating-point operations forward for so many images, of convolutions and linear layers alone; 78.3 million an
   * image.
   */
  public static double forwardFlops(int images) {
    double sum = 0;
    for (int i = 0; i < CONVOLUTIONS.length; i++) {
      sum += convolution(i, images).flops();
    }
    return sum + Arrays.stream(LINEAR).mapToDouble(s -> 2.0 * images * s[0] * s[1]).sum();
  }

  /** Of a training step: thrice the forward pass, as peers count. */
  public static double stepFlops(int images) {
    return 3 * forwardFlops(images);
  }
}
