package org.chagres.simd.conv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.chagres.simd.shape.ConvPass;
import org.chagres.simd.shape.ConvShape;
import org.junit.jupiter.api.Test;

/** Which passes have vectors of pixels; what they compute is {@link ConvTest}'s matter. */
class PlaneSweepTest {

  private static void suits(boolean expected, ConvShape shape, ConvPass pass) {
    assertEquals(expected, PlaneSweep.suits(View.of(shape, pass)), pass + ", " + shape);
  }

  @Test
  void fewTargetChannelsLieInPlanes() {
    suits(true, ConvShape.of(1, 3, 32, 32, 32, 3, 1, 1), ConvPass.BACKWARD_DATA);
    suits(true, ConvShape.of(1, 64, 32, 32, 3, 3, 1, 1), ConvPass.FORWARD);
    suits(true, ConvShape.of(1, 3, 32, 32, 64, 7, 2, 3), ConvPass.BACKWARD_DATA);
  }

  @Test
  void manyChannelsDistantWindowsAndSingleTapsDoNot() {
    suits(false, ConvShape.of(1, 3, 32, 32, 32, 3, 1, 1), ConvPass.FORWARD);
    suits(false, ConvShape.of(1, 64, 32, 32, 3, 3, 2, 1), ConvPass.FORWARD);
    suits(false, ConvShape.of(1, 64, 32, 32, 3, 1, 1, 0), ConvPass.FORWARD);
  }
}
