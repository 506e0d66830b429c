package org.chagres.simd.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.junit.jupiter.api.Test;

/** Which algorithm does which shape. */
class AlgorithmTest {

  private static void chosen(Algorithm expected, ConvShape shape) {
    for (int images : new int[] {1, 2, 128}) {
      for (ConvPass pass : ConvPass.values()) {
        assertEquals(expected, Algorithm.of(shape.withImages(images), pass), images + " images, " + shape);
      }
    }
  }

  @Test
  void deepThreeByThreeConvolutionsOfStrideOneAreWinograds() {
    chosen(Algorithm.WINOGRAD, ConvShape.of(1, 32, 32, 32, 32, 3, 1, 1));
    chosen(Algorithm.WINOGRAD, ConvShape.of(1, 128, 8, 8, 128, 3, 1, 1));
    chosen(Algorithm.WINOGRAD, ConvShape.of(1, 64, 7, 5, 96, 3, 1, 0));
  }

  @Test
  void theRestIsDirect() {
    chosen(Algorithm.DIRECT, ConvShape.of(1, 3, 32, 32, 32, 3, 1, 1));
    chosen(Algorithm.DIRECT, ConvShape.of(1, 8, 32, 32, 8, 3, 1, 1));
    chosen(Algorithm.DIRECT, ConvShape.of(1, 512, 2, 2, 512, 3, 1, 1));
    chosen(Algorithm.DIRECT, ConvShape.of(1, 64, 16, 16, 64, 3, 2, 1));
    chosen(Algorithm.DIRECT, ConvShape.of(1, 64, 16, 16, 64, 1, 1, 0));
    chosen(Algorithm.DIRECT, ConvShape.of(1, 64, 16, 16, 64, 3, 1, 3));
  }

  @Test
  void theFiltersGradientIsWinogradsWhereTilesAreMany() {
    assertEquals(Algorithm.WINOGRAD, Algorithm.ofFilter(ConvShape.of(1, 32, 8, 8, 32, 3, 1, 1)));
    assertEquals(Algorithm.WINOGRAD, Algorithm.ofFilter(ConvShape.of(4, 512, 4, 4, 512, 3, 1, 1)));
    assertEquals(Algorithm.DIRECT, Algorithm.ofFilter(ConvShape.of(1, 512, 4, 4, 512, 3, 1, 1)));
    assertEquals(Algorithm.DIRECT, Algorithm.ofFilter(ConvShape.of(9, 3, 32, 32, 64, 3, 1, 1)));
    assertEquals(Algorithm.DIRECT, Algorithm.ofFilter(ConvShape.of(9, 32, 32, 32, 64, 3, 2, 1)));
  }
}
