package org.chagres.nn.modules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Grad;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;

/** Modules run together against the same modules one after another. */
class FusionTest {

  private static final long SEED = Long.getLong("chagres.seed", 20260726L);

  /** A module that is its own Sequential and says so. */
  private static final class Block extends Module {
    final Sequential block;

    Block(int in, int out) {
      block = register("block", new Sequential(new Conv2d(in, out, 3).padding(1), new BatchNorm2d(out), new ReLU()));
    }

    @Override
    public List<Module> chain() {
      return block.chain();
    }

    @Override
    public Tensor forward(Tensor x) {
      return block.forward(x);
    }
  }

  /** Two of the same weights, one with fusion off. */
  private static final class Pair {
    final Sequential fused;
    final Sequential plain;

    Pair(Supplier<Sequential> make) {
      fused = make.get();
      plain = make.get().fusion(false);
      plain.loadStateDict(fused.stateDict());
    }

    void each(java.util.function.Consumer<Sequential> action) {
      action.accept(fused);
      action.accept(plain);
    }

    /** Forward, backward of random weights, all compared. */
    void compare(Tensor x, double bound, String what) {
      Generator.State start = Generator.standard().get();
      Tensor a = x.copy().requiresGrad(true);
      Tensor y = fused.forward(a);
      Generator.State end = Generator.standard().get();
      Generator.standard().set(start);
      Tensor b = x.copy().requiresGrad(true);
      Tensor z = plain.forward(b);
      assertEquals(end, Generator.standard().get(), what + ": numbers drawn");
      assertSame(z, y, 0, what + ": result");
      states(what);
      Tensor dy = new Generator(5).normal(0, 1, y.shape());
      y.mul(dy).sum().backward();
      z.mul(dy).sum().backward();
      assertSame(b.grad(), a.grad(), bound, what + ": gradient of the input");
      Map<String, Tensor> expected = plain.namedParameters();
      fused.namedParameters().forEach((key, p) -> {
        assertEquals(expected.get(key).requiresGrad(), p.requiresGrad());
        if (p.requiresGrad()) {
          // A bias before a norm has a gradient of zero but for rounding, which adds up over all elements.
          assertSame(expected.get(key).grad(), p.grad(), key.equals("0.bias") ? 50 * bound : bound,
              what + ": gradient of " + key);
        }
      });
      each(Module::zeroGrad);
    }

    void states(String what) {
      Map<String, Tensor> expected = plain.stateDict();
      fused.stateDict().forEach((key, t) -> {
        if (t.dtype() == DType.F32) {
          assertSame(expected.get(key), t, 0, what + ": " + key);
        } else {
          assertArrayEquals(expected.get(key).toLongs(), t.toLongs(), what + ": " + key);
        }
      });
    }
  }

  private static void assertSame(Tensor expected, Tensor actual, double bound, String what) {
    assertArrayEquals(expected.shape(), actual.shape(), what);
    float[] e = expected.toFloats();
    float[] a = actual.toFloats();
    double largest = 0;
    for (float v : e) {
      largest = Float.isNaN(v) ? largest : Math.max(largest, Math.abs(v));
    }
    for (int i = 0; i < e.length; i++) {
      boolean same = Float.isNaN(e[i]) ? Float.isNaN(a[i]) : Math.abs(e[i] - a[i]) <= bound * (1 + largest);
      assertTrue(same, what + ", seed " + SEED + ": element " + i + " expected " + e[i] + " but got " + a[i]);
    }
  }

  @Test
  void chainsOfRandomShapes() {
    Random random = new Random(SEED);
    for (int i = 0; i < 24; i++) {
      int in = 1 + random.nextInt(4);
      int out = 1 + random.nextInt(19);
      int window = 2 + random.nextInt(2);
      int stride = 1 + random.nextInt(3);
      boolean pool = random.nextBoolean();
      boolean ceil = random.nextBoolean();
      int padding = random.nextInt(2);
      boolean drop = random.nextBoolean();
      boolean bias = random.nextBoolean();
      boolean affine = random.nextInt(4) > 0;
      boolean track = random.nextInt(4) > 0;
      boolean cumulative = random.nextInt(4) == 0;
      Pair p = new Pair(() -> {
        BatchNorm2d norm = new BatchNorm2d(out).affine(affine).trackRunningStats(track);
        Sequential s = new Sequential(
            new Conv2d(in, out, 3).padding(1).bias(bias), cumulative ? norm.cumulativeAverage() : norm, new ReLU());
        if (pool) {
          s.append(new MaxPool2d(window, stride).padding(padding).ceilMode(ceil));
        }
        return drop ? s.append(new Dropout(0.3)) : s;
      });
      int[] shape = {2 + random.nextInt(3), in, 5 + random.nextInt(5), 5 + random.nextInt(5)};
      String what = p.fused + " of " + java.util.Arrays.toString(shape);
      Tensor x = new Generator(SEED + i).normal(0.3, 1.5, shape);
      // Without pooling and dropout the order of all sums is the same.
      double bound = pool || drop ? 2e-5 : 0;
      p.compare(x, bound, what);
      p.compare(x, bound, what + ", again");
      p.each(Module::eval);
      p.compare(x, bound, what + ", evaluation");
      if (affine) {
        p.fused.train();
        p.plain.train();
        norm(p.fused).weight().orElseThrow().requiresGrad(false);
        norm(p.plain).weight().orElseThrow().requiresGrad(false);
        p.compare(x, bound, what + ", frozen weight");
      }
    }
  }

  private static BatchNorm2d norm(Sequential s) {
    return (BatchNorm2d) s.get(1);
  }

  /** In evaluation with nothing recorded the norm is in the convolution's weights, and follows their changes. */
  @Test
  void foldedInEvaluation() {
    for (int variant = 0; variant < 8; variant++) {
      boolean bias = (variant & 1) == 0;
      boolean affine = (variant & 2) == 0;
      boolean relu = (variant & 4) == 0;
      Pair p = new Pair(() -> {
        Sequential s = new Sequential(new Conv2d(6, 10, 3).padding(1).groups(2).bias(bias),
            new BatchNorm2d(10).affine(affine));
        return relu ? s.append(new ReLU()).append(new Dropout(0.2)) : s;
      });
      Tensor x = new Generator(variant).normal(0.5, 1, 3, 6, 7, 5);
      p.compare(x, 2e-5, "training");
      p.each(Module::eval);
      try (Grad off = Grad.disabled()) {
        Tensor first = p.fused.forward(x);
        assertSame(p.plain.forward(x), first, 1e-6, "folded " + variant);
        if (affine) {
          p.each(s -> norm(s).bias().orElseThrow().fill(0.25));
          p.each(s -> norm(s).weight().orElseThrow().fill(-2));
        }
        p.each(s -> norm(s).runningVar().fill(3));
        p.each(s -> norm(s).eps(0.1));
        p.each(s -> ((Conv2d) s.get(0)).weight().fill(0.1));
        assertSame(p.plain.forward(x), p.fused.forward(x), 1e-6, "folded anew " + variant);
      }
      p.each(Module::train);
      p.compare(x, 2e-5, "training again");
    }
  }

  @Test
  void seesThroughWhatIsInside() {
    Pair p = new Pair(() -> new Sequential(
        new Block(3, 9), new Sequential(new Block(9, 8), new Sequential(), new MaxPool2d(2)), new Dropout(0.25)));
    assertEquals(
        List.of("Conv2d", "BatchNorm2d", "ReLU", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Dropout"),
        p.fused.chain().stream().map(Module::kind).toList());
    Tensor x = new Generator(3).normal(0, 1, 4, 3, 9, 11);
    for (int i = 0; i < 3; i++) {
      p.compare(x, 2e-5, "nested");
    }
    ((Sequential) p.fused.get(1)).append(new ReLU());
    ((Sequential) p.plain.get(1)).append(new ReLU());
    p.compare(x, 2e-5, "grown");
    ((Sequential) p.fused.get(1)).fusion(false);
    assertEquals(5, p.fused.chain().size(), "what turned fusion off stays whole");
    p.compare(x, 2e-5, "half off");
  }

  @Test
  void optionsSetLater() {
    MaxPool2d pool = new MaxPool2d(3);
    Sequential s = new Sequential(new BatchNorm2d(2), new ReLU(), pool);
    Tensor x = new Generator(1).normal(0, 1, 1, 2, 6, 6);
    assertArrayEquals(new int[] {1, 2, 2, 2}, s.forward(x).shape());
    pool.padding(1).ceilMode(true);
    assertArrayEquals(new int[] {1, 2, 3, 3}, s.forward(x).shape());
  }

  @Test
  void nanAndInfinity() {
    Pair p = new Pair(() -> new Sequential(new BatchNorm2d(3), new ReLU(), new MaxPool2d(2), new Dropout(0.5)));
    Tensor x = new Generator(9).normal(0, 1, 2, 3, 4, 4);
    x.select(1, 1).fill(Float.NaN);
    p.compare(x, 2e-5, "NaN");
    p.each(Module::eval);
    Tensor y = new Generator(9).normal(0, 1, 2, 3, 4, 4);
    p.compare(y, 2e-5, "NaN in the running statistics");
  }

  @Test
  void errorsNameTheModule() {
    for (boolean on : new boolean[] {true, false}) {
      Sequential s = new Sequential(new Block(3, 4), new MaxPool2d(9)).fusion(on);
      assertEquals("0.block.0 (Conv2d): expected 3 channels in dimension 1, got [1, 2, 4, 4]",
          message(() -> s.forward(Tensor.zeros(1, 2, 4, 4))));
      assertTrue(message(() -> s.forward(Tensor.zeros(2, 3, 4, 4))).startsWith("1 (MaxPool2d): kernel 9 is larger"));
      assertTrue(
          message(() -> s.forward(Tensor.zeros(1, 3, 1, 1))).startsWith("0.block.1 (BatchNorm2d): expected more"));
      Sequential wrong = new Sequential(new Conv2d(3, 5, 1), new BatchNorm2d(4), new ReLU()).fusion(on);
      assertTrue(message(() -> wrong.forward(Tensor.zeros(2, 3, 4, 4))).startsWith("1 (BatchNorm2d): expected (N, C"));
      wrong.eval();
      try (Grad off = Grad.disabled()) {
        assertTrue(
            message(() -> wrong.forward(Tensor.zeros(2, 3, 4, 4))).startsWith("1 (BatchNorm2d): expected (N, C"));
        s.eval();
        assertEquals("0.block.0 (Conv2d): expected 3 channels in dimension 1, got [1, 2, 4, 4]",
            message(() -> s.forward(Tensor.zeros(1, 2, 4, 4))));
      }
    }
  }

  private static String message(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  @Test
  void summaryHasARowForEachLayer() {
    Sequential s = new Sequential(new Block(3, 4), new MaxPool2d(2), new Dropout(0.25));
    assertEquals(List.of("Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Dropout"),
        s.summary(1, 3, 8, 8).rows().stream().map(Summary.Row::kind).toList());
  }
}
