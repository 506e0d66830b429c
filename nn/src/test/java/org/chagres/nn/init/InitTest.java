package org.chagres.nn.init;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.chagres.nn.init.Init.Fan;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Embedding;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class InitTest {

  @BeforeEach
  void seed() {
    Generator.manualSeed(17);
  }

  /** Uniform in ±bound: no value outside, the ends nearly reached, the variance bound² / 3. */
  private static void assertUniform(Tensor t, double bound) {
    assertTrue(t.abs().max().item() <= bound, "largest " + t.abs().max() + " of " + bound);
    assertTrue(t.abs().max().item() > 0.95 * bound);
    assertEquals(0, t.mean().item(), 0.1 * bound);
    assertEquals(bound * bound / 3, t.var().item(), 0.1 * bound * bound / 3);
  }

  private static void assertNormal(Tensor t, double std) {
    assertEquals(0, t.mean().item(), 0.1 * std);
    assertEquals(std, t.std().item(), 0.05 * std);
  }

  /** PyTorch's reset_parameters: ±1/√fanIn for weights and biases. */
  @Test
  void layersStartAsPyTorchs() {
    Linear linear = new Linear(400, 500);
    assertUniform(linear.weight(), 1 / Math.sqrt(400));
    assertUniform(linear.bias().orElseThrow(), 1 / Math.sqrt(400));
    Conv2d conv = new Conv2d(16, 600, 3);
    assertUniform(conv.weight(), 1 / Math.sqrt(16 * 9));
    assertUniform(conv.bias().orElseThrow(), 1 / Math.sqrt(16 * 9));
    assertUniform(new Conv2d(16, 640, 3).groups(4).weight(), 1 / Math.sqrt(4 * 9));
    assertNormal(new Embedding(100, 100).weight(), 1);
  }

  @Test
  void schemes() {
    Tensor w = Tensor.empty(100, 50, 2, 2);
    assertSame(w, Init.xavierUniform(w, 2));
    assertUniform(w, 2 * Math.sqrt(6.0 / (200 + 400)));
    assertNormal(Init.xavierNormal(w, 1), Math.sqrt(2.0 / (200 + 400)));
    assertUniform(Init.kaimingUniform(w, 0, Fan.IN), Math.sqrt(3) * Math.sqrt(2.0 / 200));
    assertNormal(Init.kaimingNormal(w, 1, Fan.OUT), Math.sqrt(1.0 / 400));
    assertUniform(Init.uniform(w, -3, 3), 3);
    assertNormal(Init.normal(w, 0, 0.5), 0.5);
    assertEquals(20_000, Init.ones(w).sum().item());
    assertEquals(0, Init.zeros(w).abs().max().item());
    assertEquals(7, Init.constant(w, 7).max().item());
    assertThrows(IllegalArgumentException.class, () -> Init.xavierUniform(Tensor.empty(3), 1));
    assertThrows(IllegalArgumentException.class, () -> Init.normal(w, 0, -1));
  }

  /** Parameters may be filled; the change is noticed by what was packed or saved. */
  @Test
  void parametersAreFilledInPlace() {
    Linear linear = new Linear(3, 2);
    int before = linear.weight().changes();
    Init.kaimingNormal(linear.weight(), 0, Fan.IN);
    assertTrue(linear.weight().changes() > before);
    assertTrue(linear.weight().requiresGrad());
  }
}
