package org.chagres.train.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What all optimizers share; the formulas are checked with the kernels, and against PyTorch by the oracle. */
final class OptimizerTest {

  private record Maker(String name, Function<List<Tensor>, Optimizer> of) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Maker> makers() {
    return Stream.of(
        new Maker("SGD", p -> new SGD(p, 0.1)),
        new Maker("SGD with momentum", p -> new SGD(p, 0.05).momentum(0.9).dampening(0.1).weightDecay(0.01)),
        new Maker("SGD with Nesterov's", p -> new SGD(p, 0.05).momentum(0.9).nesterov(true)),
        new Maker("Adam", p -> new Adam(p, 0.01)),
        new Maker("Adam, amsgrad", p -> new Adam(p, 0.01).amsgrad(true).weightDecay(0.1)),
        new Maker("AdamW", p -> new AdamW(p, 0.01)),
        new Maker("RMSprop", p -> new RMSprop(p, 0.01)),
        new Maker("RMSprop, centered", p -> new RMSprop(p, 0.01).centered(true).momentum(0.9)));
  }

  private static Tensor parameter(float... values) {
    return Tensor.of(values).requiresGrad(true);
  }

  private static String refused(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(IllegalArgumentException.class, action).getMessage();
  }

  private static Sequential net() {
    Generator.manualSeed(2);
    return new Sequential(new Linear(5, 7), new ReLU(), new Linear(7, 3));
  }

  private static final Tensor X = new Generator(9).normal(0, 1, 8, 5);

  private static void steps(Sequential net, Optimizer optimizer, int n) {
    for (int i = 0; i < n; i++) {
      try (Scope step = Scope.open()) {
        optimizer.zeroGrad();
        net.forward(X).square().mean().backward();
        optimizer.step();
      }
    }
  }

  private static List<float[]> values(Sequential net) {
    return net.parameters().stream().map(Tensor::toFloats).toList();
  }

  private static void assertSame(List<float[]> expected, List<float[]> actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i), actual.get(i), "parameter " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("makers")
  void lowersALoss(Maker maker) {
    Sequential net = net();
    double before = net.forward(X).square().mean().item();
    steps(net, maker.of.apply(net.parameters()), 20);
    assertTrue(net.forward(X).square().mean().item() < 0.8 * before);
  }

  /** Ten steps are ten steps, whether or not the state was saved and loaded into a fresh optimizer on the way. */
  @ParameterizedTest
  @MethodSource("makers")
  void continuesToTheSameBits(Maker maker) {
    Sequential whole = net();
    steps(whole, maker.of.apply(whole.parameters()), 10);
    Sequential first = net();
    Optimizer before = maker.of.apply(first.parameters());
    steps(first, before, 4);
    Optimizer.Snapshot saved = copy(before.state());
    Sequential second = net();
    second.loadStateDict(copy(first.stateDict()));
    steps(first, before, 3); // what was saved does not follow
    Optimizer after = maker.of.apply(second.parameters());
    after.load(saved);
    steps(second, after, 6);
    assertSame(values(whole), values(second));
  }

  private static Map<String, Tensor> copy(Map<String, Tensor> tensors) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    tensors.forEach((k, t) -> out.put(k, t.copy()));
    return out;
  }

  private static Optimizer.Snapshot copy(Optimizer.Snapshot s) {
    return new Optimizer.Snapshot(copy(s.tensors()), Map.copyOf(s.steps()), new ArrayList<>(s.options()));
  }

  /** Parameters moved into one block keep values, gradients, and what a layer packed of them. */
  @ParameterizedTest
  @MethodSource("makers")
  void sameResultOneByOne(Maker maker) {
    Sequential together = net();
    steps(together, maker.of.apply(together.parameters()), 5);
    Sequential apart = net();
    List<Optimizer> each = apart.parameters().stream().map(p -> maker.of.apply(List.of(p))).toList();
    for (int i = 0; i < 5; i++) {
      each.forEach(Optimizer::zeroGrad);
      apart.forward(X).square().mean().backward();
      each.forEach(Optimizer::step);
    }
    assertSame(values(together), values(apart));
  }

  /** A parameter without a gradient is left alone and its own steps are not counted. */
  @ParameterizedTest
  @MethodSource("makers")
  void parametersWithoutGradients(Maker maker) {
    Tensor a = parameter(1, 2, 3);
    Tensor b = parameter(4);
    Tensor c = parameter(5, 6);
    Optimizer optimizer = maker.of.apply(List.of(a, b, c));
    Tensor alone = parameter(4);
    Optimizer only = maker.of.apply(List.of(alone));
    for (int i = 0; i < 5; i++) {
      optimizer.zeroGrad();
      only.zeroGrad();
      a.square().sum().add(c.square().sum()).backward();
      if (i % 2 == 1) {
        b.square().sum().backward();
        alone.square().sum().backward();
        only.step();
      }
      float before = (float) b.item();
      optimizer.step();
      if (i % 2 == 0) {
        assertEquals(before, b.item());
      }
    }
    assertEquals(alone.item(), b.item());
    assertEquals(5, optimizer.state().steps().get("0.0"));
    assertEquals(2, optimizer.state().steps().get("0.1"));
    assertFalse(c.get(0).item() == 5);
  }

  @Test
  void groupsHaveOptionsOfTheirOwn() {
    Tensor a = parameter(1);
    Tensor b = parameter(1);
    Tensor c = parameter(1);
    SGD sgd = new SGD(
        List.of(
            new ParameterGroup(List.of(a)), new ParameterGroup(List.of(b)).lr(0.5),
            new ParameterGroup(List.of(c)).weightDecay(1)),
        0.1);
    a.add(b).add(c).backward();
    sgd.step();
    assertEquals(0.9f, a.item(), 1e-7);
    assertEquals(0.5f, b.item(), 1e-7);
    assertEquals(0.8f, c.item(), 1e-7);
    sgd.lr(0, 0);
    sgd.step();
    assertEquals(0.9f, a.item(), 1e-7, "rates may change between steps");
    sgd.weightDecay(0.3);
    assertEquals(1, sgd.parameterGroups().get(2).options().get("weight_decay"), "a group's own option stays");
  }

  @Test
  void frozenParameters() {
    Sequential net = net();
    float[] before = net.parameters().get(0).toFloats();
    net.get(0).requiresGrad(false);
    steps(net, new AdamW(net.parameters(), 0.1).weightDecay(0.5), 3);
    assertArrayEquals(before, net.parameters().get(0).toFloats(), "not even decayed");
  }

  @Test
  void disjointOptimizers() {
    Sequential net = net();
    Optimizer first = new SGD(net.get(0).parameters(), 0.1);
    Optimizer second = new AdamW(net.get(2).parameters(), 0.01);
    float[] head = net.get(2).parameters().get(0).toFloats();
    net.forward(X).square().mean().backward();
    first.step();
    assertArrayEquals(head, net.get(2).parameters().get(0).toFloats());
    float[] body = net.get(0).parameters().get(0).toFloats();
    second.step();
    assertArrayEquals(body, net.get(0).parameters().get(0).toFloats());
    assertFalse(java.util.Arrays.equals(head, net.get(2).parameters().get(0).toFloats()));
    first.zeroGrad();
    assertTrue(net.get(2).parameters().get(0).hasGrad(), "its own alone");
  }

  /** A second optimizer over the same parameters, in another order, steps each one right. */
  @Test
  void twoOverTheSame() {
    Tensor a = parameter(1, 1, 1);
    Tensor b = parameter(2);
    SGD one = new SGD(List.of(a, b), 0.1);
    SGD two = new SGD(List.of(b, a), 0.2);
    a.sum().add(b.mul(10)).backward();
    one.step();
    two.step();
    assertArrayEquals(new float[] {0.7f, 0.7f, 0.7f}, a.toFloats(), 1e-6f);
    assertEquals(2 - 3, b.item(), 1e-6);
  }

  @Test
  void gradientsAreKeptWhenParametersMove() {
    Tensor a = parameter(1, 2);
    a.square().sum().backward();
    Tensor state = a.detach();
    new SGD(List.of(a), 1).step();
    assertArrayEquals(new float[] {-1, -2}, a.toFloats());
    assertArrayEquals(new float[] {1, 2}, state.toFloats(), "views made before stay behind");
  }

  @Test
  void badArguments() {
    Tensor p = parameter(1, 2);
    assertEquals("SGD: expected at least one parameter, got none", refused(() -> new SGD(List.<Tensor>of(), 0.1)));
    assertEquals("Adam: a parameter [2] is given twice", refused(() -> new Adam(List.of(p, p))));
    assertTrue(refused(() -> new SGD(List.of(p.mul(2)), 0.1)).contains("only leaves can be optimized"));
    assertTrue(refused(() -> new SGD(List.of(Tensor.ones(2, 2).select(1, 0)), 0.1)).contains("not dense"));
    assertTrue(refused(() -> new SGD(List.of(Tensor.arange(2)), 0.1)).contains("expected f32, got I64"));
    assertEquals("SGD: lr: expected 0 or more, got -0.1", refused(() -> new SGD(List.of(p), -0.1)));
    assertTrue(refused(() -> new SGD(List.of(p), Double.NaN)).contains("lr: expected 0 or more, got NaN"));
    assertTrue(refused(() -> new Adam(List.of(p)).betas(1, 0.9)).contains("Adam: beta1"));
    assertTrue(refused(() -> new AdamW(List.of(p)).eps(-1)).contains("AdamW: eps: expected 0 or more, got -1.0"));
    assertTrue(refused(() -> new SGD(List.of(p), 0.1).nesterov(true)).contains("nesterov needs a momentum"));
    assertTrue(refused(() -> new SGD(List.of(new ParameterGroup(List.of(p)).set("beta3", 1)), 0.1))
        .contains("SGD: unknown option beta3"));
  }

  @Test
  void foreignStatesAreRefused() {
    Tensor p = parameter(1, 2);
    AdamW optimizer = new AdamW(List.of(p));
    p.sum().backward();
    optimizer.step();
    float[] before = optimizer.state().tensors().get("0.0.exp_avg").toFloats();
    Tensor q = parameter(1, 2, 3);
    AdamW other = new AdamW(List.of(q));
    q.sum().backward();
    other.step();
    assertTrue(refused(() -> optimizer.load(other.state())).contains("0.0.exp_avg: expected shape [2], got [3]"));
    Optimizer.Snapshot twoGroups = new AdamW(
        List.of(new ParameterGroup(List.of(parameter(1))), new ParameterGroup(List.of(parameter(1)))), 0.1).state();
    assertTrue(refused(() -> optimizer.load(twoGroups)).contains("2 groups, expected 1"));
    Optimizer.Snapshot more = new AdamW(List.of(parameter(1, 2), parameter(1))).state();
    Optimizer.Snapshot tooMany = new Optimizer.Snapshot(
        Map.of("0.5.exp_avg", Tensor.ones(1)), more.steps(), more.options());
    assertTrue(refused(() -> optimizer.load(tooMany)).contains("0.5.exp_avg"));
    Optimizer.Snapshot noNumber = new Optimizer.Snapshot(
        Map.of("exp_avg", Tensor.ones(1)), more.steps(), more.options());
    assertTrue(refused(() -> optimizer.load(noNumber)).contains("exp_avg"));
    Tensor r = parameter(1, 2);
    Optimizer.Snapshot sgd = new SGD(List.of(r), 0.1).state();
    assertTrue(refused(() -> optimizer.load(sgd)).contains("state is of another optimizer"));
    assertArrayEquals(before, optimizer.state().tensors().get("0.0.exp_avg").toFloats(), "nothing is changed then");
  }

  // ---- Clipping ---------------------------------------------------------------------------------------------------------

  @Test
  void clipByNorm() {
    Tensor a = parameter(0, 0);
    Tensor b = parameter(0);
    Tensor none = parameter(0);
    a.mul(Tensor.of(new float[] {2, 3})).sum().add(b.mul(6).sum()).backward();
    assertEquals(7, GradientClip.norm(List.of(a, b, none), 100), 1e-6);
    assertArrayEquals(new float[] {2, 3}, a.grad().toFloats(), "nothing is scaled up");
    assertEquals(7, GradientClip.norm(List.of(a, b, none), 3.5), 1e-6);
    assertArrayEquals(new float[] {1, 1.5f}, a.grad().toFloats(), 1e-5f);
    assertEquals(3, b.grad().item(), 1e-5);
    assertFalse(none.hasGrad());
    assertEquals(0, GradientClip.norm(List.of(none), 1));
    assertTrue(refused(() -> GradientClip.norm(List.of(a), 0)).contains("expected more than 0, got 0.0"));
  }

  @Test
  void clipByValue() {
    Tensor a = parameter(0, 0, 0);
    new SGD(List.of(a), 0.1);
    a.mul(Tensor.of(new float[] {-2, 0.5f, 9})).sum().backward();
    GradientClip.value(List.of(a), 1);
    assertArrayEquals(new float[] {-1, 0.5f, 1}, a.grad().toFloats());
  }
}
