package org.chagres.nn.functional;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.chagres.nn.tensor.FlatBlock;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Gradients that kernels write straight into a flat block. */
final class FlatGradientsTest {

  private final Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
  private final Tensor weight = Tensor.of(new float[] {1, 0, 0, 1}, 2, 2).requiresGrad(true);
  private final Tensor bias = Tensor.of(new float[] {5, 6}).requiresGrad(true);

  private Tensor linear() {
    return Linear.linear(x, weight, Optional.of(bias)).sum();
  }

  @Test
  void oneRunAndNoCopy() {
    FlatBlock.gather(List.of(weight, bias));
    try (Scope step = Scope.open()) {
      linear().backward();
    }
    assertArrayEquals(new float[] {4, 6, 4, 6}, weight.grad().toFloats());
    assertArrayEquals(new float[] {2, 2}, bias.grad().toFloats());
    assertEquals(1, FlatBlock.runs(List.of(weight, bias)).size());
  }

  @Test
  void secondUseAddsUp() {
    FlatBlock.gather(List.of(weight, bias));
    try (Scope step = Scope.open()) {
      linear().add(linear()).backward();
      linear().backward();
    }
    assertArrayEquals(new float[] {12, 18, 12, 18}, weight.grad().toFloats());
    assertArrayEquals(new float[] {6, 6}, bias.grad().toFloats());
    weight.clearGrad();
    bias.clearGrad();
    try (Scope step = Scope.open()) {
      linear().backward();
    }
    assertArrayEquals(new float[] {4, 6, 4, 6}, weight.grad().toFloats());
    assertArrayEquals(new float[] {2, 2}, bias.grad().toFloats());
  }

  /** One parameter as two inputs of an op: the second gradient may not overwrite the first. */
  @Test
  void twiceInOneOp() {
    Tensor p = Tensor.of(new float[] {2, 3}).requiresGrad(true);
    FlatBlock.gather(List.of(p));
    Tensor in = Tensor.of(new float[] {1, 2, 3, 5}, 2, 2);
    try (Scope step = Scope.open()) {
      var scale = new Normalization.Scale(Optional.of(p), Optional.of(p));
      Tensor y = Normalization.batchNorm(in, scale, Optional.empty(), true, 0);
      y.mul(Tensor.of(new float[] {1, 1, 3, 3}, 2, 2)).sum().backward();
    }
    // The normalised columns are -1 and 1: d weight = 3 - 1, d bias = 3 + 1.
    assertArrayEquals(new float[] {6, 6}, p.grad().toFloats(), 1e-5f);
  }
}
