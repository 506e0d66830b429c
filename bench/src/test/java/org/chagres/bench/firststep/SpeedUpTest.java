package org.chagres.bench.firststep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.OptionalDouble;
import org.chagres.bench.measure.Row;
import org.junit.jupiter.api.Test;

class SpeedUpTest {

  /** Two slow steps, then even ones. */
  private static double[] ends(int fast) {
    double[] ends = new double[2 + fast];
    ends[0] = 1.0;
    ends[1] = 2.0;
    for (int i = 2; i < ends.length; i++) {
      ends[i] = ends[i - 1] + 0.1;
    }
    return ends;
  }

  @Test
  void fullSpeedIsTheEndOfTheFirstFastSteps() {
    assertEquals(0.1, SpeedUp.finalStep(ends(10)), 1e-9);
    assertEquals(2.3, SpeedUp.fullSpeedAt(ends(10)).orElseThrow(), 1e-9);
  }

  @Test
  void oneFastStepIsNotYetFullSpeed() {
    double[] ends = {0, 1, 1.1, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7};
    assertEquals(2.4, SpeedUp.fullSpeedAt(ends).orElseThrow(), 1e-9);
  }

  @Test
  void tooFewStepsAreRefusedOrTellNothing() {
    assertThrows(IllegalArgumentException.class, () -> SpeedUp.finalStep(new double[] {1}));
    assertEquals(OptionalDouble.empty(), SpeedUp.fullSpeedAt(new double[] {1, 2, 3}));
  }

  @Test
  void aFreshJvmTellsItsFirstStep() {
    Row row = FirstStep.run(1, 1, 0.3);
    double first = Double.parseDouble(row.fields().get("first_step_s").toString());
    assertEquals("1", row.fields().get("batch").toString());
    assertEquals(true, first > 0.05 && first < 60, row.fields().toString());
    assertEquals(true, Double.parseDouble(row.fields().get("img_s").toString()) > 0, row.fields().toString());
  }
}
