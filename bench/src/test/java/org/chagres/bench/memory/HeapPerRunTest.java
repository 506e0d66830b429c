package org.chagres.bench.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HeapPerRunTest {

  private static volatile byte[] unusedGarbage;

  @Test
  void garbageIsCounted() {
    double bytes = HeapPerRun.bytes(() -> unusedGarbage = new byte[1 << 16], 10);
    assertTrue(bytes >= 1 << 16 && bytes < 2 << 16, "bytes: " + bytes);
    assertTrue(HeapPerRun.bytes(() -> {}, 1000) < 16);
    assertTrue(unusedGarbage.length > 0);
  }

  @Test
  void thePeakIsReadFromTheSystemsLines() {
    assertEquals(OptionalDouble.of(450), ResidentPeak.parse(Stream.of("VmRSS:\t 1 kB", "VmHWM:\t  460800 kB")));
    assertEquals(OptionalDouble.empty(), ResidentPeak.parse(Stream.of("VmRSS:\t 1 kB")));
  }
}
