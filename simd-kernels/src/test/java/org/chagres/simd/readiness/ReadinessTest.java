package org.chagres.simd.readiness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.chagres.simd.memory.MemoryPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The check itself: its time, what it leaves behind, and what it says of a kernel that is slow. */
@Timeout(30)
class ReadinessTest {

  @Test
  void measuresEveryKernelInItsTimeAndLeavesNothing() {
    long live = MemoryPool.system().stats().liveBytes();
    long start = System.nanoTime();
    List<Readiness> all = Readiness.measure(300_000_000);
    double seconds = (System.nanoTime() - start) / 1e9;
    assertTrue(seconds < 10, "took " + seconds + " s");
    assertEquals(live, MemoryPool.system().stats().liveBytes());
    Set<String> names = all.stream().map(Readiness::kernel).collect(Collectors.toSet());
    assertEquals(7, names.size());
    for (Readiness r : all) {
      assertTrue(r.share() >= 0 && r.share() <= 1, r.toString());
    }
  }

  @Test
  void withoutTimeNothingIsReady() {
    assertTrue(Readiness.measure(0).stream().noneMatch(Readiness::ready));
  }

  @Test
  void readyIsAShareOfThePeak() {
    assertTrue(new Readiness("product", 0.5, 0.1).ready());
    assertFalse(new Readiness("product", 0.01, 0.1).ready());
  }
}
