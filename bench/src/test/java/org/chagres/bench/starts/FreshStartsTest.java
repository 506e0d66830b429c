package org.chagres.bench.starts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chagres.bench.measure.Row;
import org.junit.jupiter.api.Test;

class FreshStartsTest {

  private static Row start(double conv, double gemm) {
    return new Row("start").put("conv", conv, 3).put("gemm", gemm, 3);
  }

  @Test
  void slowIsUnderAQuarterOfTheBest() {
    FreshStarts s = FreshStarts.of(List.of(start(100, 40), start(25, 10), start(24.9, 9), start(99, 9)));
    assertEquals(1, s.slow("conv"));
    assertEquals(2, s.slow("gemm"));
    assertEquals(2, s.slow());
    assertEquals(100, s.best("conv"));
    assertEquals(9, s.worst("gemm"));
  }

  @Test
  void hotClassesDiffer() {
    assertNotEquals(BusyCompiler.make(1).applyAsInt(3), BusyCompiler.make(2).applyAsInt(3));
    assertEquals(BusyCompiler.make(1).applyAsInt(3), BusyCompiler.make(1).applyAsInt(3));
  }

  @Test
  void aFreshJvmTellsItsRates() {
    List<Row> told = new ArrayList<>();
    FreshStarts s = FreshStarts.run(1, 100, 100, told::add);
    assertEquals(1, told.size());
    assertTrue(s.rates().keySet().containsAll(List.of("conv", "conv_data", "conv_filter", "gemm", "relu")));
    s.rates().forEach((kernel, rates) -> assertTrue(rates.getFirst() > 0, kernel));
    assertEquals(0, s.slow());
  }
}
