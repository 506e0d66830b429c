package org.chagres.train.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.chagres.simd.parallel.Workers;
import org.junit.jupiter.api.Test;

/** Every row that a figure measured on this machine wants beside it. */
final class InfoTest {

  @Test
  void tellsWhatThereIs() {
    Chagres.Outcome o = Chagres.run("info");
    assertEquals(0, o.code(), o.err());
    for (String row : new String[] {"lanes", "threads", "jvm", "huge pages", "page locks", "kernels", "readiness",
      "memory"}) {
      assertTrue(o.out().lines().anyMatch(l -> l.startsWith(row + " ")), row + " in " + o.out());
    }
    assertTrue(o.out().contains("threads     " + Workers.shared().threads()), o.out());
    assertTrue(o.out().contains("cpu: ready"), o.out());
    assertTrue(o.out().contains("device      cuda: "), o.out());
  }
}
