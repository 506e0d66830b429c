package org.chagres.nn.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;

/** The tape and the walk back over it; each op's derivative is checked by the readers of the op samples. */
final class GradTest {

  private static Tensor leaf(float... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static String message(Class<? extends Exception> type, org.junit.jupiter.api.function.Executable action) {
    return assertThrows(type, action).getMessage();
  }

  @Test
  void sharedInputsAddUp() {
    Tensor x = leaf(3);
    Tensor y = x.add(x); // y = x + x
    y.backward();
    assertEquals(2, x.grad().item());
    x.clearGrad();
    x.mul(x).mul(x).backward();
    assertEquals(27, x.grad().item());
  }

  @Test
  void diamonds() {
    Tensor x = leaf(2);
    Tensor a = x.mul(3);
    Tensor b = a.square();
    Tensor c = a.add(1);
    b.mul(c).backward(); // 9x²(3x + 1): derivative 81x² + 18x
    assertEquals(81 * 4 + 36, x.grad().item(), 1e-3);
  }

  /** A result used many times over a deep chain: one visit a node, no recursion. */
  @Test
  void deepChains() {
    Tensor x = leaf(1);
    Tensor y = x;
    for (int i = 0; i < 5000; i++) {
      y = y.add(0.001);
    }
    y.add(y).backward();
    assertEquals(2, x.grad().item());
    Tensor doubling = x;
    for (int i = 0; i < 60; i++) {
      doubling = doubling.add(doubling).mul(0.5); // 2^60 paths
    }
    x.clearGrad();
    doubling.backward();
    assertEquals(1, x.grad().item());
  }

  @Test
  void gradientsAccumulateUntilCleared() {
    Tensor x = leaf(1, 2);
    x.sum().backward();
    Tensor first = x.grad();
    x.mul(2).sum().backward();
    assertArrayEquals(new float[] {3, 3}, x.grad().toFloats());
    assertSame(first, x.grad(), "added in place");
    x.clearGrad();
    assertFalse(x.hasGrad());
    assertTrue(message(IllegalStateException.class, x::grad).contains("backward() has not reached it"));
    assertTrue(message(IllegalStateException.class, () -> Tensor.ones(2).grad()).contains("does not require one"));
  }

  /** The gradient is the leaf's own: it changes with neither another leaf's nor the one handed to backward. */
  @Test
  void gradientsAreNotShared() {
    Tensor a = leaf(1, 2);
    Tensor b = leaf(3, 4);
    Tensor seed = Tensor.ones(2);
    a.add(b).backward(seed);
    a.grad().addInPlace(Tensor.ones(2));
    assertArrayEquals(new float[] {1, 1}, b.grad().toFloats());
    assertArrayEquals(new float[] {1, 1}, seed.toFloats());
    Tensor leafItself = leaf(1, 2);
    leafItself.backward(seed);
    leafItself.grad().zero();
    assertArrayEquals(new float[] {1, 1}, seed.toFloats());
  }

  @Test
  void goingTwice() {
    Tensor x = leaf(2);
    Tensor y = x.square();
    y.backward();
    String message = message(IllegalStateException.class, y::backward);
    assertTrue(message.contains("backward through square a second time"), message);
    assertTrue(message.contains("retainGraph = true"), message);
    Tensor z = x.square();
    z.backward(Tensor.ones(1), true);
    z.backward(Tensor.ones(1));
    assertEquals(12, x.grad().item());
  }

  @Test
  void whatBackwardNeeds() {
    Tensor x = leaf(1, 2);
    String message = message(IllegalStateException.class, () -> x.mul(2).backward());
    assertTrue(message.contains("for a single value; this tensor is [2]"), message);
    message = message(IllegalStateException.class, () -> Tensor.ones(1).backward());
    assertTrue(message.contains("nothing was recorded"), message);
    message = message(IllegalArgumentException.class, () -> x.mul(2).backward(Tensor.ones(3)));
    assertTrue(message.contains("expected shape [2], got [3]"), message);
    x.mul(2).backward(Tensor.of(new float[] {1, 10}));
    assertArrayEquals(new float[] {2, 20}, x.grad().toFloats());
  }

  @Test
  void detach() {
    Tensor x = leaf(3);
    Tensor y = x.square();
    assertFalse(y.detach().requiresGrad());
    y.detach().mul(x).backward();
    assertEquals(9, x.grad().item());
  }

  @Test
  void modesNest() {
    Tensor x = leaf(1);
    assertTrue(Grad.isEnabled());
    try (Grad off = Grad.disabled()) {
      assertFalse(Grad.isEnabled());
      assertTrue(x.mul(2).isLeaf());
      try (Grad on = Grad.enabled()) {
        assertTrue(Grad.isEnabled());
        assertFalse(x.mul(2).isLeaf());
        try (Grad again = Grad.disabled()) {
          assertFalse(x.mul(2).requiresGrad());
        }
        assertTrue(Grad.isEnabled());
      }
      assertFalse(Grad.isEnabled());
      assertTrue(Tensor.ones(1).requiresGrad(true).requiresGrad());
    }
    assertTrue(Grad.isEnabled());
  }

  @Test
  void modesBelongToTheirThread() throws InterruptedException {
    boolean[] enabled = new boolean[1];
    try (Grad off = Grad.disabled()) {
      Thread t = new Thread(() -> enabled[0] = Grad.isEnabled());
      t.start();
      t.join();
    }
    assertTrue(enabled[0]);
  }

  @Test
  void whoRequiresGradients() {
    Tensor x = leaf(1);
    assertTrue(x.isLeaf());
    Tensor y = x.mul(2);
    assertTrue(y.requiresGrad());
    assertFalse(y.isLeaf());
    assertFalse(Tensor.ones(1).mul(2).requiresGrad());
    assertTrue(message(IllegalStateException.class, () -> y.requiresGrad(false)).contains("use detach()"));
    assertTrue(message(IllegalStateException.class, () -> Tensor.arange(2).requiresGrad(true)).contains("I64"));
    assertFalse(x.gt(0).requiresGrad());
    assertFalse(x.argmax().requiresGrad());
    assertFalse(x.to(DType.I64).requiresGrad());
    x.requiresGrad(false);
    assertFalse(x.mul(2).requiresGrad());
  }

  @Test
  void intermediateGradients() {
    Tensor x = leaf(2);
    Tensor y = x.square();
    Tensor dropped = x.mul(5);
    y.retainGrad();
    y.mul(3).add(dropped).backward();
    assertEquals(3, y.grad().item());
    assertEquals(17, x.grad().item());
    assertFalse(dropped.hasGrad());
  }

  @Test
  void settingGradients() {
    Tensor x = leaf(1, 2);
    x.grad(Tensor.of(new float[] {5, 6}));
    assertArrayEquals(new float[] {5, 6}, x.grad().toFloats());
    assertTrue(message(IllegalArgumentException.class, () -> x.grad(Tensor.ones(3))).contains("[2], got [3]"));
  }

  /** Frozen parts get none, and what only leads to them is not walked. */
  @Test
  void frozenInputs() {
    Tensor w = leaf(2);
    Tensor frozen = Tensor.of(new float[] {3});
    Tensor y = w.mul(frozen.square());
    y.backward();
    assertEquals(9, w.grad().item());
    assertFalse(frozen.hasGrad());
  }

  /** An op of one's own through the public tape. */
  private static Tensor doubled(Tensor x, Runnable inBackward) {
    Tensor y;
    try (Grad off = Grad.disabled()) {
      y = x.mul(2);
    }
    return Tape.record("doubled", y, Tape.list(x), Tape.none(), (c, dy) -> {
      inBackward.run();
      c.gradient(0, dy.mul(2));
    });
  }

  @Test
  void errorsInBackwardLeaveAUsableState() {
    Tensor x = leaf(1);
    Tensor w = leaf(4);
    Tensor before = x.mul(w);
    Tensor y = doubled(before, () -> {
      throw new IllegalStateException("from the op");
    });
    Tensor z = y.add(before).mul(before);
    int blocks = MemoryPool.system().stats().liveBlocks();
    String message = message(IllegalStateException.class, z::backward);
    assertEquals("from the op", message);
    assertTrue(Grad.isEnabled());
    assertTrue(MemoryPool.system().stats().liveBlocks() <= blocks, "gradients under way are freed");
    x.clearGrad();
    w.clearGrad();
    doubled(x.mul(w), () -> assertFalse(Grad.isEnabled(), "backward itself is not recorded")).backward();
    assertEquals(8, x.grad().item());
    assertEquals(2, w.grad().item());
    // What the failed walk did not reach can still be walked.
    before.backward();
    assertEquals(12, x.grad().item());
  }

  @Test
  void gradientsOfTheWrongShapeAreRefused() {
    Tensor x = leaf(1, 2);
    Tensor y = Tape.record("broken", Tensor.ones(3), Tape.list(x), Tape.none(), (c, dy) -> c.gradient(0, dy));
    String message = message(IllegalStateException.class, () -> y.backward(Tensor.ones(3)));
    assertTrue(message.contains("backward of broken: gradient [3] for an input [2]"), message);
  }

  /** Gradients of intermediates are freed as the walk goes on: its peak is a few tensors, not one a node. */
  @Test
  void intermediateGradientsAreFreedOnTheWay() {
    MemoryPool pool = MemoryPool.system();
    int n = 1 << 16;
    Tensor x = Tensor.ones(n).requiresGrad(true);
    x.grad(Tensor.zeros(n));
    try (Scope scope = Scope.open()) {
      Tensor y = x;
      for (int i = 0; i < 50; i++) {
        y = y.mul(1.01);
      }
      Tensor loss = y.sum();
      long live = pool.stats().liveBytes();
      pool.resetPeak();
      loss.backward();
      long peak = pool.stats().peakLiveBytes() - live;
      assertTrue(peak <= 4L * 4 * n, "peak of " + peak + " bytes over " + live);
    }
    assertEquals((float) Math.pow(1.01, 50), (float) x.grad().get(7).item(), 1e-4f);
  }
}
