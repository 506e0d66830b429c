package org.chagres.nn.modules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.chagres.nn.state.StateException;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What all networks share: registration, paths, modes, state. */
final class ModuleTest {

  private static final class Block extends Module {
    final Sequential block;

    Block(int in, int out) {
      block = register("block", new Sequential(new Conv2d(in, out, 3).padding(1), new BatchNorm2d(out), new ReLU()));
    }

    @Override
    public Tensor forward(Tensor x) {
      return block.forward(x);
    }
  }

  private static final class Net extends Module {
    final Sequential features =
        register("features", new Sequential(new Block(3, 4), new MaxPool2d(2), new Block(4, 8)));
    final Sequential head = register("head", new Sequential(new Flatten(), new Linear(8 * 16, 5)));

    @Override
    public Tensor forward(Tensor x) {
      return head.forward(features.forward(x));
    }
  }

  private static String refused(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(IllegalArgumentException.class, action).getMessage();
  }

  @Test
  void keysArePyTorchs() {
    assertEquals(
        List.of(
            "features.0.block.0.weight", "features.0.block.0.bias", "features.0.block.1.weight",
            "features.0.block.1.bias", "features.0.block.1.running_mean", "features.0.block.1.running_var",
            "features.0.block.1.num_batches_tracked", "features.2.block.0.weight", "features.2.block.0.bias",
            "features.2.block.1.weight", "features.2.block.1.bias", "features.2.block.1.running_mean",
            "features.2.block.1.running_var", "features.2.block.1.num_batches_tracked", "head.1.weight", "head.1.bias"),
        List.copyOf(new Net().stateDict().keySet()));
  }

  /** The message names where in the network, what, and which shape came. */
  @Test
  void shapeErrorsNameThePath() {
    Net net = new Net();
    assertEquals(
        "features.0.block.0 (Conv2d): expected 3 channels in dimension 1, got [2, 4, 8, 8]",
        refused(() -> net.forward(Tensor.ones(2, 4, 8, 8))));
    assertEquals(
        "head.1 (Linear): expected 128 features in the last dimension, got [2, 32]",
        refused(() -> net.forward(Tensor.ones(2, 3, 4, 4))));
    assertEquals(
        "features.0.block.0 (Conv2d): expected 4 dimensions (N, C, H, W), got [3, 8, 8]",
        refused(() -> net.forward(Tensor.ones(3, 8, 8))));
    assertEquals("Conv2d: expected 3 channels in dimension 1, got [1, 2, 4, 4]",
        refused(() -> new Conv2d(3, 1, 1).forward(Tensor.ones(1, 2, 4, 4))));
    assertTrue(refused(() -> net.features.get(2).forward(Tensor.ones(1, 5, 4, 4))).startsWith("features.2.block.0 ("));
    assertTrue(refused(() -> new BatchNorm2d(3).forward(Tensor.ones(2, 4, 2, 2)))
        .startsWith("BatchNorm2d: expected (N, C, H, W) with 3 channels"));
    assertTrue(refused(() -> new Linear(2, 2).forward(Tensor.arange(2))).startsWith("Linear: input: expected f32"));
  }

  /** A batch norm that could not run has counted nothing. */
  @Test
  void failedForwardChangesNothing() {
    BatchNorm2d bn = new BatchNorm2d(2);
    String message = refused(() -> bn.forward(Tensor.ones(1, 2, 1, 1)));
    assertTrue(message.contains("more than 1 value per channel"), message);
    assertEquals(0, bn.stateDict().get("num_batches_tracked").item());
    assertArrayEquals(new float[] {0, 0}, bn.runningMean().toFloats());
    bn.eval();
    assertArrayEquals(new int[] {1, 2, 1, 1}, bn.forward(Tensor.ones(1, 2, 1, 1)).shape());
  }

  @Test
  void optionsNameLayerOptionAndValue() {
    assertEquals("Conv2d: in: expected 1 or more, got 0", refused(() -> new Conv2d(0, 1, 3)));
    assertEquals("Conv2d: kernel: expected 1 or more, got (3, 0)", refused(() -> new Conv2d(1, 1, 3, 0)));
    assertEquals("Conv2d: stride: expected 1 or more, got 0", refused(() -> new Conv2d(1, 1, 3).stride(0)));
    assertEquals("Conv2d: padding: expected 0 or more, got -1", refused(() -> new Conv2d(1, 1, 3).padding(-1)));
    assertEquals("Conv2d: dilation: expected 1 or more, got 0", refused(() -> new Conv2d(1, 1, 3).dilation(0)));
    assertEquals("Conv2d: groups: expected a divisor of 4 and 6, got 4", refused(() -> new Conv2d(4, 6, 3).groups(4)));
    assertEquals("Linear: out: expected 1 or more, got -2", refused(() -> new Linear(1, -2)));
    assertEquals("Dropout: p: expected a probability from 0 to 1, got 1.5", refused(() -> new Dropout(1.5)));
    assertEquals("Dropout: p: expected a probability from 0 to 1, got NaN", refused(() -> new Dropout(Double.NaN)));
    assertEquals("BatchNorm2d: channels: expected 1 or more, got 0", refused(() -> new BatchNorm2d(0)));
    assertEquals("BatchNorm1d: momentum: expected 0 to 1, got 2.0", refused(() -> new BatchNorm1d(1).momentum(2)));
    assertEquals("BatchNorm2d: eps: expected 0 or more, got -1.0", refused(() -> new BatchNorm2d(1).eps(-1)));
    assertEquals("MaxPool2d: kernel: expected 1 or more, got 0", refused(() -> new MaxPool2d(0)));
    assertEquals(
        "MaxPool2d: padding: expected 0 up to half the kernel 3, got 2", refused(() -> new MaxPool2d(3).padding(2)));
    assertEquals("AvgPool2d: stride: expected 1 or more, got 0", refused(() -> new AvgPool2d(2, 0)));
    assertEquals("AdaptiveAvgPool2d: output size: expected 1 or more, got 0", refused(() -> new AdaptiveAvgPool2d(0)));
    assertEquals("Embedding: width: expected 1 or more, got 0", refused(() -> new Embedding(3, 0)));
    assertTrue(refused(LayerNorm::new).startsWith("LayerNorm: normalized shape"));
    assertEquals("LeakyReLU: slope: expected 0 or more, got -0.1", refused(() -> new LeakyReLU(-0.1)));
  }

  @Test
  void registration() {
    assertTrue(refused(() -> new Sequential(Map.of("a.b", new ReLU()))).contains("without dots"));
    final class Twice extends Module {
      Twice() {
        register("a", new ReLU());
        parameter("a", Tensor.ones(1));
      }

      @Override
      public Tensor forward(Tensor x) {
        return x;
      }
    }

    assertEquals("name: \"a\" is taken in Twice", refused(Twice::new));
    Sequential a = new Sequential();
    Sequential b = new Sequential(a);
    assertTrue(refused(() -> a.append(b)).contains("cannot hold itself"));
    assertTrue(refused(() -> a.append(a)).contains("cannot hold itself"));
  }

  @Test
  void modesReachEveryModule() {
    Net net = new Net();
    assertTrue(net.namedModules().values().stream().allMatch(Module::isTraining));
    assertSame(net, net.eval());
    assertTrue(net.namedModules().values().stream().noneMatch(Module::isTraining));
    net.features.train();
    assertFalse(net.isTraining());
    assertTrue(net.features.get(0).isTraining());
    assertFalse(net.head.isTraining());
  }

  @Test
  void containers() {
    ReLU relu = new ReLU();
    Map<String, Module> named = new LinkedHashMap<>();
    named.put("fc", new Linear(2, 3));
    named.put("act", relu);
    Sequential s = new Sequential(named).append(new Linear(3, 1));
    assertEquals(List.of("fc", "act", "2"), List.copyOf(s.children().keySet()));
    assertSame(relu, s.get(1));
    assertEquals(3, s.size());
    assertThrows(IndexOutOfBoundsException.class, () -> s.get(3));
    ModuleList list = new ModuleList(new Linear(2, 2), new Linear(2, 2));
    Tensor x = Tensor.ones(1, 2);
    for (Module m : list) {
      x = m.forward(x);
    }
    assertArrayEquals(new int[] {1, 2}, x.shape());
    assertEquals(4, list.parameters().size());
    assertTrue(assertThrows(UnsupportedOperationException.class, () -> list.forward(Tensor.ones(1, 2)))
        .getMessage().contains("ModuleList has no forward"));
    Tensor same = Tensor.ones(2);
    assertSame(same, new Sequential().forward(same));
  }

  @Test
  void applyGoesBottomUp() {
    List<String> kinds = new ArrayList<>();
    new Block(1, 1).apply(m -> kinds.add(m.kind()));
    assertEquals(List.of("Conv2d", "BatchNorm2d", "ReLU", "Sequential", "Block"), kinds);
  }

  /** A shared layer's parameters count once, train once, and are saved under both keys, as in PyTorch. */
  @Test
  void sharedParameters() {
    Linear shared = new Linear(2, 2);
    Sequential s = new Sequential(shared, new ReLU(), shared);
    assertEquals(2, s.parameters().size());
    assertEquals(List.of("0.weight", "0.bias"), List.copyOf(s.namedParameters().keySet()));
    assertEquals(List.of("0.weight", "0.bias", "2.weight", "2.bias"), List.copyOf(s.stateDict().keySet()));
    assertEquals(6, s.summary(1, 2).parameters());
    s.forward(Tensor.ones(1, 2)).sum().backward();
    assertTrue(shared.weight().hasGrad());
  }

  @Test
  void freezing() {
    Net net = new Net();
    net.features.requiresGrad(false);
    net.forward(Tensor.randn(2, 3, 8, 8)).sum().backward();
    assertTrue(net.features.parameters().stream().noneMatch(Tensor::hasGrad));
    assertTrue(net.head.parameters().stream().allMatch(Tensor::hasGrad));
    net.zeroGrad();
    assertTrue(net.parameters().stream().noneMatch(Tensor::hasGrad));
    assertEquals(128 * 5 + 5, net.summary(1, 3, 8, 8).trainable());
  }

  @Test
  void devices() {
    Linear layer = new Linear(2, 2);
    Tensor weight = layer.weight();
    assertSame(layer, layer.to(Device.cpu()));
    assertSame(weight, layer.weight());
    String message = refused(() -> layer.to(Device.of("npu")));
    assertTrue(message.contains("device npu: no such kind here, there are [cpu"), message);
  }

  // ---- State ------------------------------------------------------------------------------------------------------------

  @Test
  void loadingIsAllOrNothing() {
    Net net = new Net();
    float[] before = net.head.parameters().get(0).toFloats();
    Map<String, Tensor> state = new LinkedHashMap<>();
    new Net().stateDict().forEach((k, t) -> state.put(k, t.copy()));
    Tensor bias = state.remove("head.1.bias");
    state.put("head.2.bias", bias);
    state.put("features.0.block.0.weight", Tensor.ones(4, 3, 1, 1));
    String message = refused(() -> net.loadStateDict(state));
    assertTrue(message.contains("missing keys: head.1.bias"), message);
    assertTrue(message.contains("unexpected keys: head.2.bias"), message);
    assertTrue(
        message.contains("features.0.block.0.weight: expected shape [4, 3, 3, 3], got [4, 3, 1, 1]"), message);
    assertArrayEquals(before, net.head.parameters().get(0).toFloats());
    assertThrows(IllegalArgumentException.class, () -> net.loadStateDict(state, false), "shapes must fit anyway");
    state.remove("features.0.block.0.weight");
    Module.Mismatch mismatch = net.loadStateDict(state, false);
    assertEquals(List.of("features.0.block.0.weight", "head.1.bias"), mismatch.missing());
    assertEquals(List.of("head.2.bias"), mismatch.unexpected());
    assertArrayEquals(state.get("head.1.weight").toFloats(), net.head.parameters().get(0).toFloats());
    state.put("features.0.block.1.num_batches_tracked", Tensor.scalar(1));
    assertTrue(refused(() -> net.loadStateDict(state, false)).contains("expected I64, got F32"));
  }

  @Test
  void stateSharesMemory() {
    Linear layer = new Linear(2, 1);
    layer.stateDict().get("weight").fill(3);
    assertArrayEquals(new float[] {3, 3}, layer.weight().toFloats());
    assertNotSame(layer.weight(), layer.stateDict().get("weight"));
    assertFalse(layer.stateDict().get("weight").requiresGrad());
  }

  /** A loaded weight is used at once, also where a packed copy of the old one was kept. */
  @Test
  void loadedWeightsAreRepacked() {
    Conv2d conv = new Conv2d(1, 1, 1).bias(false);
    Tensor x = Tensor.ones(1, 1, 2, 2);
    conv.forward(x);
    conv.loadStateDict(Map.of("weight", Tensor.full(2, 1, 1, 1, 1)));
    assertEquals(2, conv.forward(x).max().item());
    conv.stateDict().get("weight").fill(-1);
    assertEquals(-1, conv.forward(x).max().item());
  }

  @Test
  void filesRoundTrip(@TempDir Path folder) {
    Net net = new Net();
    net.forward(Tensor.randn(2, 3, 8, 8));
    Path file = folder.resolve("net.safetensors");
    net.save(file);
    Net other = new Net();
    assertEquals(List.of(), other.load(file).missing());
    net.stateDict().forEach((k, t) -> {
      assertArrayEquals(t.toDoubles(), other.stateDict().get(k).toDoubles(), k);
      assertEquals(t.dtype(), other.stateDict().get(k).dtype());
    });
    assertEquals(1, other.stateDict().get("features.0.block.1.num_batches_tracked").item());
    Tensor x = Tensor.randn(2, 3, 8, 8);
    assertArrayEquals(net.eval().forward(x).toFloats(), other.eval().forward(x).toFloats());
    assertThrows(StateException.class, () -> net.load(folder.resolve("none.safetensors")));
    String message = assertThrows(StateException.class, () -> new Linear(1, 1).load(file)).getMessage();
    assertTrue(message.startsWith(file + ": state for Linear does not fit"), message);
  }

  @Test
  void textIsPyTorchsTree() {
    assertEquals("""
        Block(
          (block): Sequential(
            (0): Conv2d(1, 2, kernel=3, stride=1, padding=1)
            (1): BatchNorm2d(2, eps=1.0E-5, momentum=0.1, affine=true, track_running_stats=true)
            (2): ReLU()
          )
        )""", new Block(1, 2).toString());
  }

  @Test
  void summaryCountsAndChangesNothing() {
    Net net = new Net();
    net.head.eval();
    Map<String, double[]> before = new LinkedHashMap<>();
    net.stateDict().forEach((k, t) -> before.put(k, t.toDoubles()));
    Summary summary = net.summary(2, 3, 8, 8);
    net.stateDict().forEach((k, t) -> assertArrayEquals(before.get(k), t.toDoubles(), k));
    assertTrue(net.features.isTraining());
    assertFalse(net.head.isTraining());
    Summary.Row conv = summary.rows().get(0);
    assertEquals("features.0.block.0", conv.path());
    assertArrayEquals(new int[] {2, 4, 8, 8}, conv.shape());
    assertEquals(4 * 27 + 4, conv.parameters());
    assertEquals(2L * 2 * 4 * 64 * 27, conv.flops());
    Summary.Row last = summary.rows().getLast();
    assertEquals(2L * 2 * 5 * 128, last.flops());
    assertEquals(DType.F32, net.forward(Tensor.ones(2, 3, 8, 8)).dtype());
  }
}
