package org.chagres.train.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chagres.nn.tensor.Tensor;
import org.junit.jupiter.api.Test;

final class CnnTest {

  /** As {@code list(model.state_dict())} of the same network in PyTorch. */
  @Test
  void stateKeysArePyTorchs() {
    List<String> expected = new ArrayList<>();
    for (int i : new int[] {0, 1, 4, 5, 8, 9}) {
      for (String key : List.of(
          "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked")) {
        expected.add("features." + i + ".block." + key);
      }
    }
    expected.addAll(List.of("head.1.weight", "head.1.bias", "head.4.weight", "head.4.bias"));
    Cnn cnn = new Cnn();
    assertEquals(expected, List.copyOf(cnn.stateDict().keySet()));
    assertArrayEquals(new int[] {32, 3, 3, 3}, cnn.stateDict().get("features.0.block.0.weight").shape());
    assertArrayEquals(new int[] {256, 2048}, cnn.stateDict().get("head.1.weight").shape());
    assertArrayEquals(new int[0], cnn.stateDict().get("features.9.block.1.num_batches_tracked").shape());
  }

  @Test
  void otherImages() {
    Cnn cnn = new Cnn(1, 16, 7);
    cnn.eval();
    assertArrayEquals(new int[] {2, 7}, cnn.forward(Tensor.randn(2, 1, 16, 16)).shape());
    assertTrue(assertThrows(IllegalArgumentException.class, () -> new Cnn(3, 30, 10)).getMessage()
        .contains("Cnn: side: expected a multiple of 8, got 30"));
    String message = assertThrows(IllegalArgumentException.class, () -> cnn.forward(Tensor.ones(1, 1, 32, 32)))
        .getMessage();
    assertEquals("head.1 (Linear): expected 512 features in the last dimension, got [1, 2048]", message);
  }

  @Test
  void mlp() {
    Mlp mlp = new Mlp(28 * 28, 10);
    assertArrayEquals(new int[] {3, 10}, mlp.forward(Tensor.randn(3, 1, 28, 28)).shape());
    assertEquals(784 * 256 + 256 + 2560 + 10, mlp.summary(1, 1, 28, 28).parameters());
  }
}
