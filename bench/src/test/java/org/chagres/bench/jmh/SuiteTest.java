package org.chagres.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuiteTest {

  @Test
  void aRowTellsTheShareOfThePeak() {
    double nan = Double.NaN;
    assertEquals(
        "{what=jmh, benchmark=GemmRate.plain, parameters=n=256, us=500.00, p99_us=, gflops=67.1, "
            + "share_of_peak=0.671, gbytes_s=, peak_gflops=100.0, heap_bytes=0.0}",
        new Suite.Figures(new double[] {5e-4, nan}, 67.1, nan, 100, 0)
            .row("org.chagres.bench.kernel.GemmRate.plain", "n=256").fields().toString());
    assertEquals(
        "{what=jmh, benchmark=InferenceCall.run, parameters=, us=500.00, p99_us=900.00, gflops=, "
            + "share_of_peak=, gbytes_s=, peak_gflops=100.0, heap_bytes=8.0}",
        new Suite.Figures(new double[] {5e-4, 9e-4}, nan, nan, 100, 8)
            .row("org.chagres.bench.network.InferenceCall.run", "").fields().toString());
  }

  @Test
  void floorsRiseFromTheMachineToTheNetwork() {
    List<Integer> floors =
        List.of("peak.FmaPeak.registers", "kernel.TileRate.gemmTile", "kernel.GemmRate.plain",
            "layer.LayerRate.forward",
            "network.TrainingStep.step", "network.InferenceCall.run", "x").stream()
            .map(name -> Suite.floor("org.chagres.bench." + name))
            .toList();
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6), floors);
  }
}
