package org.chagres.bench.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimingTest {

  @Test
  void ranksAreThePeers() {
    Timing t = Timing.of(IntStream.range(0, 300).mapToDouble(i -> 299 - i).toArray());
    assertEquals(new Timing(150, 297, 0), t);
    assertEquals(new Timing(7, 7, 7), Timing.of(new double[] {7}));
  }

  @Test
  void warmUpEndsBetweenItsBounds() {
    assertEquals(5, new Warmup(5, 0, 5, 10).run(() -> {}));
    assertEquals(1, new Warmup(5, 0, 50, 0).run(() -> {}));
  }

  @Test
  void nothingTimedIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Timing.of(() -> {}, Warmup.STEP, 0));
  }
}
