package org.chagres.nn.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;

final class InPlaceTest {

  private static Tensor leaf(float... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  @Test
  void values() {
    Tensor x = Tensor.of(new float[] {1, 2, 3});
    assertSame(x, x.addInPlace(Tensor.scalar(1)));
    x.subInPlace(Tensor.of(new float[] {0, 1, 2})).mulInPlace(Tensor.of(new float[] {1, 2, 3}));
    x.divInPlace(Tensor.scalar(2)).addInPlace(Tensor.ones(3), 0.5).mulInPlace(2).clampInPlace(3.5, 5.5);
    assertArrayEquals(new float[] {3.5f, 5, 5.5f}, x.toFloats());
    assertArrayEquals(new float[] {0, 0, 0}, x.zero().toFloats());
    Tensor count = Tensor.of(new long[] {1, 2});
    count.addInPlace(Tensor.of(new long[] {10, 10})).mulInPlace(2);
    assertArrayEquals(new long[] {22, 24}, count.toLongs());
    Tensor image = Tensor.of(new byte[] {1, 2});
    image.addInPlace(Tensor.of(new byte[] {1, 1}));
    assertEquals(DType.U8, image.dtype());
    assertArrayEquals(new long[] {2, 3}, image.toLongs());
  }

  @Test
  void errors() {
    assertMessage("requires a gradient is changed in place", () -> leaf(1).addInPlace(Tensor.ones(1)));
    assertMessage("requires a gradient is changed in place", () -> leaf(1).zero());
    assertMessage("copy() it first", () -> Tensor.ones(1).expand(3).zero());
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class, () -> Tensor.ones(3).addInPlace(Tensor.ones(2, 3)));
    assertTrue(e.getMessage().contains("addInPlace: the result [2, 3] does not fit into [3]"), e.getMessage());
    e = assertThrows(IllegalArgumentException.class, () -> Tensor.arange(3).addInPlace(Tensor.ones(3)));
    assertTrue(e.getMessage().contains("F32 does not fit into I64"), e.getMessage());
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable action) {
    String message = assertThrows(IllegalStateException.class, action).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void leavesMayChangeUnrecorded() {
    Tensor w = leaf(1, 2);
    try (Grad off = Grad.disabled()) {
      w.subInPlace(Tensor.of(new float[] {0.5f, 0.5f}));
    }
    assertArrayEquals(new float[] {0.5f, 1.5f}, w.toFloats());
    assertTrue(w.isLeaf() && w.requiresGrad());
  }

  /** y = 3x changed in place follows the history of the change. */
  @Test
  void historyOfResultsFollows() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    y.addInPlace(x);
    y.mulInPlace(2);
    y.sum().backward();
    assertArrayEquals(new float[] {8, 8}, x.grad().toFloats());
  }

  /** Where an op saves what it overwrites, it saves a copy: as PyTorch's mul_, div_ and clamp_. */
  @Test
  void whatIsOverwrittenIsSavedBefore() {
    Tensor x = leaf(1, 2);
    Tensor w = leaf(5, 7);
    Tensor y = x.mul(3);
    y.mulInPlace(w);
    y.divInPlace(w.mul(w));
    y.clampInPlace(0.7, 100);
    y.sum().backward(); // 3x / w where over 0.7: 0.6 and 6/7
    assertArrayEquals(new float[] {0, 3f / 7}, x.grad().toFloats(), 1e-6f);
    assertArrayEquals(new float[] {0, -6f / 49}, w.grad().toFloats(), 1e-6f);
  }

  @Test
  void constantsCutHistory() {
    Tensor x = leaf(1, 2);
    Tensor y = x.mul(3);
    y.zero();
    y.add(x).sum().backward();
    assertArrayEquals(new float[] {1, 1}, x.grad().toFloats());
    x.clearGrad();
    Tensor z = x.mul(3);
    z.copyFrom(Tensor.ones(2));
    z.mul(x).sum().backward();
    assertArrayEquals(new float[] {1, 1}, x.grad().toFloats());
  }

  /** A buffer that takes a leaf's values takes its history, too. */
  @Test
  void copiesOfLeavesAreRecorded() {
    Tensor w = leaf(1, 2);
    Tensor buffer = Tensor.zeros(2);
    buffer.copyFrom(w);
    assertTrue(buffer.requiresGrad());
    buffer.mul(4).sum().backward();
    assertArrayEquals(new float[] {4, 4}, w.grad().toFloats());
    Tensor rows = Tensor.zeros(3, 2);
    rows.copyFrom(w);
    rows.sum().backward();
    assertArrayEquals(new float[] {7, 7}, w.grad().toFloats());
  }

  /** What would give a wrong gradient without a word is refused: PyTorch rewrites the base's history, this does not. */
  @Test
  void viewsOnTheTape() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).requiresGrad(true);
    Tensor y = x.mul(2);
    assertMessage("shares its memory with a view", () -> y.get(0).zero());
    assertMessage("shares its memory with a view", () -> y.mulInPlace(2));
    Tensor plain = Tensor.zeros(2, 2);
    assertMessage("shares its memory with a view", () -> plain.get(0).copyFrom(x.get(0)));
    // Unrecorded, views may change as they like.
    try (Grad off = Grad.disabled()) {
      x.get(0).zero();
      plain.get(1).copyFrom(x.get(1));
    }
    assertArrayEquals(new float[] {0, 0, 3, 4}, plain.toFloats());
    x.detach().get(1).zero();
    assertEquals(0, x.sum().item());
  }

  @Test
  void changesAreCounted() {
    Tensor x = Tensor.zeros(4);
    int before = x.changes();
    x.slice(0, 0, 2).fill(1);
    x.detach().addInPlace(Tensor.ones(4));
    assertEquals(before + 2, x.changes());
    assertFalse(x.copy().changes() > 1);
  }

  /** exp saves its result: changing that is noticed in backward. */
  @Test
  void savedTensorsChanged() {
    Tensor x = leaf(1, 2);
    Tensor y = x.exp();
    Tensor z = y.sum();
    y.detach().addInPlace(Tensor.ones(2));
    IllegalStateException e = assertThrows(IllegalStateException.class, z::backward);
    assertTrue(e.getMessage().contains("[2] that exp saved for its gradient was changed in place"), e.getMessage());
    assertFalse(x.hasGrad());
  }

  @Test
  void weightsChangedBetweenForwardAndBackward() {
    Tensor x = leaf(1, 2);
    Tensor w = leaf(3, 4);
    Tensor y = x.mul(w).sum();
    try (Grad off = Grad.disabled()) {
      w.addInPlace(Tensor.ones(2));
    }
    IllegalStateException e = assertThrows(IllegalStateException.class, y::backward);
    assertTrue(e.getMessage().contains("mul saved for its gradient was changed in place"), e.getMessage());
    Tensor again = x.mul(w).sum();
    again.backward();
    assertArrayEquals(new float[] {4, 5}, x.grad().toFloats());
  }
}
