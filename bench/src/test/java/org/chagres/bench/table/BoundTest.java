package org.chagres.bench.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BoundTest {

  @Test
  void theLimitItselfHolds() {
    assertTrue(Bound.atLeast(1.8).held(1.8));
    assertFalse(Bound.atLeast(1.8).held(1.79));
    assertTrue(Bound.atMost(0).held(0));
    assertFalse(Bound.atMost(0).held(1));
    assertFalse(Bound.atMost(450).held(450.1));
    assertFalse(Bound.atLeast(1).held(Double.NaN));
    assertFalse(Bound.atMost(1).held(Double.NaN));
  }

  @Test
  void reachedIsOneAtTheLimitWhicheverWayIsBetter() {
    assertEquals(2, Bound.atLeast(1.5).reached(3));
    assertEquals(2, Bound.atMost(5).reached(2.5));
    assertTrue(Double.isNaN(Bound.atMost(0).reached(0)));
  }

  @Test
  void textNamesUnitAndAim() {
    assertEquals("≥ 1.8 ×, aim 2.5 ×", Bound.atLeast(1.8).aim(2.5).text("×"));
    assertEquals("≤ 450 MiB", Bound.atMost(450).text("MiB"));
    assertEquals("≤ 0", Bound.atMost(0).text(""));
  }
}
