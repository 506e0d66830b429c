package org.chagres.nn.record;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.chagres.nn.functional.Dropout;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Flatten;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.MaxPool2d;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Recording and replay: the bits of eager runs, recorded anew where it must be, refused with a reason where it cannot be. */
final class RecordedTest {

  private static Sequential network() {
    Generator.manualSeed(7);
    return new Sequential(
        new Conv2d(3, 6, 3).padding(1), new BatchNorm2d(6), new ReLU(), new MaxPool2d(2),
        new org.chagres.nn.modules.Dropout(0.3), new Flatten(), new Linear(6 * 4 * 4, 5));
  }

  private static Tensor images(int seed, int n) {
    return new Generator(seed).normal(0, 1, n, 3, 8, 8);
  }

  private static String refusal(Recorded.Step step, Tensor x) {
    try (Recorded recorded = new Recorded(step)) {
      return assertThrows(IllegalStateException.class, () -> {
        for (int i = 0; i < 5; i++) {
          recorded.run(x);
        }
      }).getMessage();
    }
  }

  @Test
  void inferenceHasTheSameBitsAndFollowsChangedWeights() {
    Sequential network = network();
    network.eval();
    try (Grad off = Grad.disabled(); Recorded step = new Recorded(in -> new Tensor[] {network.forward(in[0])})) {
      for (int i = 0; i < 6; i++) {
        if (i == 4) {
          for (Tensor p : network.parameters()) {
            p.mulInPlace(1.25);
          }
        }
        Tensor x = images(i, 3);
        assertArrayEquals(network.forward(x).toFloats(), step.run(x)[0].toFloats(), "run " + i);
        assertEquals(i >= 1, step.isReadyFor(x));
      }
      assertTrue(step.arenaBytes(images(0, 3)) > 0);
      assertTrue(step.calls(images(0, 3)) >= 4);
    }
  }

  @Test
  void activationsOfAnInferenceShareTheArena() {
    Sequential network = new Sequential();
    for (int i = 0; i < 12; i++) {
      network.append(new ReLU());
    }
    Tensor x = Tensor.randn(1, 1 << 12);
    try (Grad off = Grad.disabled(); Recorded step = new Recorded(in -> new Tensor[] {network.forward(in[0]).add(1)})) {
      step.run(x);
      step.run(x);
      assertTrue(step.arenaBytes(x) < 8 * x.count() * 4, "arena " + step.arenaBytes(x));
    }
  }

  @Test
  void dropoutDrawsNewNumbersTheSameAsEager() {
    Generator eager = new Generator(5);
    Generator recorded = new Generator(5);
    Tensor x = Tensor.ones(1000);
    float[] last = {};
    try (Recorded step = new Recorded(in -> new Tensor[] {Dropout.dropout(in[0], 0.5, recorded)})) {
      for (int i = 0; i < 5; i++) {
        float[] expected = Dropout.dropout(x, 0.5, eager).toFloats();
        assertFalse(Arrays.equals(last, expected));
        assertArrayEquals(expected, step.run(x)[0].toFloats(), "run " + i);
        assertEquals(eager.get(), recorded.get());
        last = expected;
      }
    }
  }

  @Test
  void newShapesAndModesAreRecordedAnew() {
    Sequential network = network();
    try (Recorded step = new Recorded(in -> new Tensor[] {network.forward(in[0])}); Grad off = Grad.disabled()) {
      network.eval();
      for (int n = 1; n <= 3; n++) {
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(network.forward(images(i, n)).toFloats(), step.run(images(i, n))[0].toFloats());
        }
      }
      network.train();
      assertFalse(step.isReadyFor(images(0, 2)));
      step.run(images(0, 2));
      network.eval();
      assertTrue(step.isReadyFor(images(0, 2)));
      try (Grad on = Grad.enabled()) {
        assertFalse(step.isReadyFor(images(0, 2)));
      }
    }
  }

  @Test
  void gradientsAddUpOrAreReplacedAsRecorded() {
    Tensor w = Tensor.of(new float[] {1, 2}).requiresGrad(true);
    Tensor x = Tensor.of(new float[] {3, 4});
    try (Recorded adding = new Recorded(in -> backward(w, in[0]))) {
      for (int i = 1; i <= 5; i++) {
        adding.run(x);
        assertArrayEquals(new float[] {3 * i, 4 * i}, w.grad().toFloats());
      }
      w.clearGrad();
      adding.run(x);
      assertArrayEquals(new float[] {3, 4}, w.grad().toFloats());
    }
    w.clearGrad();
    try (Recorded replacing = new Recorded(in -> {
      w.clearGrad();
      return backward(w, in[0]);
    })) {
      for (int i = 1; i <= 5; i++) {
        replacing.run(x);
        assertArrayEquals(new float[] {3, 4}, w.grad().toFloats());
        if (i == 3) {
          w.clearGrad();
        }
      }
    }
  }

  private static Tensor[] backward(Tensor w, Tensor x) {
    Tensor y = w.mul(x).sum();
    y.backward();
    return new Tensor[] {y};
  }

  @Test
  void constantsAreWrittenAnew() {
    float[] values = {1, 2, 3};
    Tensor x = Tensor.ones(3);
    try (Recorded step = new Recorded(in -> new Tensor[] {in[0].add(Tensor.of(values)).add(Tensor.full(2, 3))})) {
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(new float[] {4, 5, 6}, step.run(x)[0].toFloats());
      }
    }
  }

  @Test
  void replaysMakeNoGarbage() {
    Sequential network = network();
    network.eval();
    Tensor x = images(1, 2);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Grad off = Grad.disabled(); Recorded step = new Recorded(in -> new Tensor[] {network.forward(in[0])})) {
      long least = Long.MAX_VALUE;
      // Kernels box their vectors until they are compiled.
      for (int round = 0; round < 400 && least > 0; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
          step.run(x);
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least);
    }
  }

  @Test
  void whatCannotBeRecordedSaysWhy() {
    Tensor x = Tensor.ones(4);
    assertTrue(refusal(in -> {
      double unused = in[0].sum().item();
      return in;
    }, x).contains("item()"));
    assertTrue(refusal(in -> {
      float[] unused = in[0].toFloats();
      return in;
    }, x).contains("host"));
    int[] calls = {0};
    assertTrue(
        refusal(in -> new Tensor[] {in[0].add(Tensor.zeros(++calls[0] % 2 == 0 ? 1 : 4))}, x).contains("each time"));
    BatchNorm2d cumulative = new BatchNorm2d(3).cumulativeAverage();
    assertTrue(refusal(in -> new Tensor[] {cumulative.forward(in[0])}, images(1, 2)).contains("cumulative"));
  }

  @Test
  void misuseIsTold() {
    Recorded step = new Recorded(in -> new Tensor[] {in[0].add(1)});
    Tensor leaf = Tensor.ones(2).requiresGrad(true);
    assertThrows(IllegalArgumentException.class, () -> step.run(leaf));
    Recorded[] self = new Recorded[1];
    self[0] = new Recorded(in -> self[0].run(in));
    assertTrue(
        assertThrows(IllegalStateException.class, () -> self[0].run(Tensor.ones(1))).getMessage().contains("itself"));
    step.close();
    assertThrows(IllegalStateException.class, () -> step.run(Tensor.ones(2)));
  }

  @Test
  void aRecordedStepWithinAnotherIsPartOfIt() {
    Recorded inner = new Recorded(in -> new Tensor[] {in[0].mul(2)});
    try (Recorded outer = new Recorded(in -> new Tensor[] {inner.run(in[0])[0].add(1)})) {
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(new float[] {2 * i + 1}, outer.run(Tensor.of(new float[] {i}))[0].toFloats());
      }
    }
  }

  @Test
  void resultsOutliveScopesAndTheRecording() {
    Tensor[] result;
    Recorded step = new Recorded(in -> new Tensor[] {in[0].add(1), in[0]});
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.of(new float[] {1, 2});
      step.run(x);
      step.run(x);
      result = step.run(x);
    }
    step.close();
    assertArrayEquals(new float[] {2, 3}, result[0].toFloats());
    assertArrayEquals(new float[] {1, 2}, result[1].toFloats());
    assertNotEquals(result[0], result[1]);
  }
}
