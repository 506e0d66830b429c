package org.chagres.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SuiteTest {

  @Test
  void aRowTellsTheShareOfThePeak() {
    double nan = Double.NaN;
    assertEquals(
        "{what=jmh, benchmark=GemmRate.plain, parameters=n=256, us=500.00, gflops=67.1, share_of_peak=0.671, "
            + "peak_gflops=100.0, heap_bytes=0.0}",
        new Suite.Figures(new double[] {5e-4, nan}, 67.1, nan, 100, 0)
            .row("org.chagres.bench.kernel.GemmRate.plain", "n=256").fields().toString());
    assertEquals(
        "{what=jmh, benchmark=InferenceCall.run, parameters=, us=500.00, p99_us=900.00, peak_gflops=100.0, "
            + "heap_bytes=8.0}",
        new Suite.Figures(new double[] {5e-4, 9e-4}, nan, nan, 100, 8)
            .row("org.chagres.bench.network.InferenceCall.run", "").fields().toString());
  }

  @Test
  void floorsRiseFromTheMachineToTheNetwork() {
    assertEquals(0, Suite.floor("org.chagres.bench.peak.FmaPeak.registers"));
    assertTrue(Suite.floor("org.chagres.bench.kernel.GemmRate.plain") < Suite
        .floor("org.chagres.bench.network.TrainingStep.step"));
    assertEquals(-1, Suite.floor("x"));
  }
}
