package org.chagres.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CaseTest {

  @Test
  void bothSidesGetTheSameSizes() {
    Case c = new Case(Job.TRAIN, 2, 32, false);
    assertEquals(List.of("bench", "train", "--json", "--threads", "2", "--batch", "32"), c.ourArguments());
    assertEquals(List.of("bench", "--threads", "2", "--batch", "32"), c.theirArguments());
    assertEquals("train-t2-b32", c.title());
  }

  @Test
  void opsHaveTheirOwnBatch() {
    assertEquals(List.of("ops", "--threads", "1"), Case.of(Job.OPS, 1).theirArguments());
    assertEquals("ops-t1", Case.of(Job.OPS, 1).title());
  }
}
