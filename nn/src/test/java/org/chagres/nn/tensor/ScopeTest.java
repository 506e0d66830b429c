package org.chagres.nn.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicReference;
import org.chagres.nn.losses.MSELoss;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Dropout;
import org.chagres.nn.modules.Flatten;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.MaxPool2d;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.simd.memory.MemoryPool;
import org.chagres.simd.memory.OutOfNativeMemoryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ScopeTest {

  private static String message(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(IllegalStateException.class, action).getMessage();
  }

  @Test
  void tensorsEndWithTheirScope() {
    Tensor before = Tensor.ones(2);
    Tensor inside;
    Tensor view;
    try (Scope scope = Scope.open()) {
      inside = before.add(1);
      view = inside.slice(0, 0, 1);
      assertEquals(2, view.item());
    }
    assertEquals(2, before.sum().item());
    String message = message(inside::toFloats);
    assertTrue(message.contains("tensor [2] made by add was used after it was freed"), message);
    assertTrue(message.contains("Scope.keep(tensor)"), message);
    assertTrue(message(view::item).contains("made by add"));
    assertTrue(message(() -> before.mul(inside)).contains("made by add"));
    assertTrue(message(() -> inside.fill(1)).contains("made by add"));
  }

  @Test
  void scopesNest() {
    try (Scope outer = Scope.open()) {
      Tensor a = Tensor.ones(1);
      Tensor b;
      try (Scope inner = Scope.open()) {
        b = a.add(1);
      }
      assertEquals(1, a.item());
      message(b::item);
      assertEquals(5, a.add(4).item(), "the outer one goes on");
    }
  }

  @Test
  void keepPassesToTheScopeAround() {
    Tensor kept;
    Tensor free;
    try (Scope outer = Scope.open()) {
      try (Scope inner = Scope.open()) {
        kept = Tensor.ones(3).add(1);
        assertSame(kept, inner.keep(kept));
        free = inner.keep(Tensor.ones(2).mul(3));
        outer.keep(free); // no longer inner's, so this passes it on
      }
      assertEquals(6, kept.sum().item());
    }
    message(kept::sum);
    assertArrayEquals(new float[] {3, 3}, free.toFloats());
  }

  /** Keeping a view keeps its memory; keeping what another scope owns changes nothing. */
  @Test
  void keepOfViewsAndOfOthers() {
    Tensor view;
    try (Scope scope = Scope.open()) {
      view = scope.keep(Tensor.ones(4).mul(2).slice(0, 1, 3));
    }
    assertArrayEquals(new float[] {2, 2}, view.toFloats());
    Tensor mine;
    try (Scope outer = Scope.open()) {
      mine = Tensor.ones(1);
      try (Scope inner = Scope.open()) {
        inner.keep(mine);
      }
      assertEquals(1, mine.item());
      assertTrue(message(() -> {
        Scope closed = Scope.open();
        closed.close();
        closed.keep(mine);
      }).contains("closed"));
    }
    message(mine::item);
  }

  @Test
  void suspendedTensorsOutlive() {
    Tensor made;
    try (Scope scope = Scope.open()) {
      try (Scope none = Scope.suspend()) {
        made = Tensor.ones(2);
        try (Scope inner = Scope.open()) {
          Tensor kept = inner.keep(Tensor.ones(1));
          assertEquals(1, kept.item());
        }
      }
    }
    assertEquals(2, made.sum().item());
  }

  @Test
  void layersMadeInAScopeOutliveIt() {
    Sequential net;
    try (Scope scope = Scope.open()) {
      net = net();
    }
    assertArrayEquals(new int[] {2, 3}, net.forward(Tensor.ones(2, 3, 8, 8)).shape());
  }

  @Test
  void gradientsOutliveTheirScope() {
    Tensor w = Tensor.ones(3).requiresGrad(true);
    for (int i = 0; i < 2; i++) {
      try (Scope scope = Scope.open()) {
        w.mul(Tensor.of(new float[] {1, 2, 3})).sum().backward();
      }
    }
    assertArrayEquals(new float[] {2, 4, 6}, w.grad().toFloats());
  }

  @Test
  void closingOutOfOrder() {
    Scope outer = Scope.open();
    Scope inner = Scope.open();
    Tensor t = Tensor.ones(1);
    assertTrue(message(outer::close).contains("opened inside this one is still open"));
    assertEquals(1, t.item(), "nothing was freed");
    inner.close();
    inner.close();
    outer.close();
    message(t::item);
  }

  @Test
  void closingOnAnotherThread() throws InterruptedException {
    AtomicReference<String> message = new AtomicReference<>("");
    try (Scope scope = Scope.open()) {
      Tensor t = Tensor.ones(1);
      Thread other = new Thread(() -> {
        message.set(message(scope::close));
        // A scope is its thread's: what is made here does not belong to it.
        try (Scope own = Scope.open()) {
          Tensor.ones(4).add(1);
        }
      });
      other.start();
      other.join();
      assertEquals(1, t.item());
    }
    assertTrue(message.get().contains("on the thread that opened it"), message.get());
  }

  @Test
  void freedByHand() {
    Tensor t = Tensor.ones(2);
    Tensor view = t.get(0);
    t.free();
    t.free();
    assertTrue(message(view::item).contains("made by full"));
    try (Scope scope = Scope.open()) {
      Tensor.ones(2).free();
    }
  }

  /** A graph whose memory is gone says so in backward. */
  @Test
  void backwardAfterTheScope() {
    Tensor x = Tensor.ones(2).requiresGrad(true);
    Tensor y;
    try (Scope scope = Scope.open()) {
      y = scope.keep(x.exp().exp().sum());
    }
    assertTrue(message(y::backward).contains("made by exp was used after it was freed"));
  }

  /** Without a scope the garbage collector decides. */
  @Test
  void unscopedTensorsAreReclaimed() throws InterruptedException {
    MemoryPool pool = MemoryPool.system();
    long bytes = 64L << 20;
    long before = pool.stats().liveBytes();
    Tensor.empty((int) (bytes / 4)).get(0).fill(1);
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (pool.stats().liveBytes() >= before + bytes / 2) {
      assertTrue(System.nanoTime() < deadline, "not reclaimed after 30 s");
      System.gc();
      Thread.sleep(5);
    }
  }

  @Test
  void theLimitsMessageListsTheLargest() {
    MemoryPool pool = MemoryPool.system();
    long limit = pool.limit();
    try (Scope scope = Scope.open()) {
      Tensor big = Tensor.ones(3, 1 << 20).exp();
      pool.trim();
      pool.setLimit(pool.stats().reservedBytes() + (1 << 20));
      OutOfNativeMemoryException e =
          assertThrows(OutOfNativeMemoryException.class, () -> big.matmul(Tensor.empty(1 << 20, 64)));
      assertTrue(e.getMessage().contains("for empty [1048576, 64]"), e.getMessage());
      assertTrue(e.getMessage().contains("exp [3, 1048576]"), e.getMessage());
      assertTrue(e.getMessage().contains("full [3, 1048576]"), e.getMessage());
      assertEquals(Math.E, big.get(0).get(0).item(), 1e-6, "and all goes on");
    } finally {
      pool.setLimit(limit);
    }
    assertEquals(64, Tensor.ones(64).sum().item());
  }

  private static Sequential net() {
    return new Sequential(
        new Conv2d(3, 8, 3).padding(1), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2), new Dropout(0.1),
        new Flatten(), new Linear(8 * 16, 3));
  }

  /** In steady state a step leaves nothing behind and asks the system for nothing. */
  @Test
  void stepsDoNotGrowThePool() {
    MemoryPool pool = MemoryPool.system();
    Sequential net = net();
    Tensor x = Tensor.randn(4, 3, 8, 8);
    Tensor target = Tensor.randn(4, 3);
    long live = 0;
    int blocks = 0;
    long calls = 0;
    for (int i = 0; i < 300; i++) {
      try (Scope step = Scope.open()) {
        net.parameters().forEach(Tensor::clearGrad);
        new MSELoss().forward(net.forward(x), target).backward();
        try (Grad off = Grad.disabled()) {
          net.parameters().forEach(p -> p.addInPlace(p.grad(), -0.01));
        }
        net.parameters().forEach(p -> p.grad().free());
      }
      if (i == 99) {
        live = pool.stats().liveBytes();
        blocks = pool.stats().liveBlocks();
        calls = pool.stats().systemCalls();
      }
    }
    // Other tests' garbage may go meanwhile; nothing may come.
    assertTrue(pool.stats().liveBytes() <= live, live + " bytes became " + pool.stats().liveBytes());
    assertTrue(pool.stats().liveBlocks() <= blocks, blocks + " blocks became " + pool.stats().liveBlocks());
    assertEquals(calls, pool.stats().systemCalls());
  }
}
