package org.chagres.nn.state;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFuzzTest {

  @Test
  void disturbedFilesAreReadOrRefused(@TempDir Path folder) throws IOException {
    long seed = Long.getLong("chagres.seed", 11);
    SafetensorsFuzz fuzz = new SafetensorsFuzz(seed, folder);
    for (int i = 0; i < 3000; i++) {
      fuzz.round();
    }
    // both ways are taken, or the test tests nothing
    assertTrue(fuzz.opened() > 30 && fuzz.refused() > 1000, "seed " + seed + ": " + fuzz.opened() + " opened");
  }
}
