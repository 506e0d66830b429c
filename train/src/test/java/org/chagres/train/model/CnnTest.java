package org.chagres.train.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;
import org.chagres.train.optim.SGD;
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

  /** All six blocks run with what follows them, and so do their pooling and dropout. */
  @Test
  void threeStepsWithAndWithoutFusion() {
    List<String> kinds = new ArrayList<>();
    new Cnn().children().get("features").chain().forEach(m -> kinds.add(m.kind()));
    assertEquals(24, kinds.size());
    assertEquals(
        List.of("Conv2d", "BatchNorm2d", "ReLU", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Dropout"),
        kinds.subList(8, 16));
    Cnn fused = new Cnn(3, 16, 10);
    Cnn plain = new Cnn(3, 16, 10);
    plain.loadStateDict(fused.stateDict());
    plain.apply(m -> {
      if (m instanceof Sequential s) {
        s.fusion(false);
      }
    });
    Tensor x = new Generator(2).normal(0, 1, 12, 3, 16, 16);
    Tensor y = new Generator(3).integers(0, 10, 12);
    Generator.State before = Generator.standard().get();
    double[] losses = steps(fused, x, y);
    Generator.State after = Generator.standard().get();
    Generator.standard().set(before);
    // Sums over a channel in another order, 6e-8 each; three steps carry them through the whole network.
    assertArrayEquals(steps(plain, x, y), losses, 2e-5);
    assertEquals(Generator.standard().get(), after, "random numbers used");
    plain.stateDict().forEach((key, t) -> {
      float[] expected = t.to(DType.F32).toFloats();
      assertArrayEquals(expected, fused.stateDict().get(key).to(DType.F32).toFloats(), 2e-5f, key);
    });
    fused.eval();
    plain.eval();
    try (Grad off = Grad.disabled()) {
      assertArrayEquals(plain.forward(x).toFloats(), fused.forward(x).toFloats(), 1e-4f, "folded, in evaluation");
    }
  }

  private static double[] steps(Cnn net, Tensor x, Tensor y) {
    SGD optimizer = new SGD(net.parameters(), 0.02);
    double[] losses = new double[3];
    for (int i = 0; i < losses.length; i++) {
      optimizer.zeroGrad();
      Tensor loss = new CrossEntropyLoss().forward(net.forward(x), y);
      loss.backward();
      optimizer.step();
      losses[i] = loss.item();
    }
    return losses;
  }

  @Test
  void mlp() {
    Mlp mlp = new Mlp(28 * 28, 10);
    assertArrayEquals(new int[] {3, 10}, mlp.forward(Tensor.randn(3, 1, 28, 28)).shape());
    assertEquals(784 * 256 + 256 + 2560 + 10, mlp.summary(1, 1, 28, 28).parameters());
  }
}
