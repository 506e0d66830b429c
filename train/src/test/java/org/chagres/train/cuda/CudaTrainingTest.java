package org.chagres.train.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.chagres.nn.losses.CrossEntropyLoss;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Dropout;
import org.chagres.nn.modules.Flatten;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.MaxPool2d;
import org.chagres.nn.modules.ReLU;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.tensor.Autocast;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Memory;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.memory.OutOfNativeMemoryException;
import org.chagres.train.optim.AdamW;
import org.chagres.train.optim.GradientClip;
import org.chagres.train.optim.Optimizer;
import org.chagres.train.optim.RMSprop;
import org.chagres.train.optim.SGD;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A small network trained on a GPU: the CPU's losses, eager and replayed as a graph. Over CUDA in Java, or with {@code
 * -Dchagres.cuda=real} on this machine's.
 */
final class CudaTrainingTest {

  private static final int STEPS = 10;

  private Gpu gpu;
  private Device device;

  @BeforeEach
  void open() {
    gpu = Gpu.open();
    device = gpu.device();
  }

  @AfterEach
  void close() {
    if (gpu != null) {
      gpu.close();
    }
  }

  /** How a step is run. */
  private enum Mode {
    EAGER, REPLAYED
  }

  /** Optimizers, with options that need all of their state. */
  private enum Method {
    ADAMW, SGD, RMSPROP;

    Optimizer of(Sequential model) {
      return switch (this) {
        case ADAMW -> new AdamW(model.parameters(), 4e-3).amsgrad(true);
        case SGD -> new SGD(model.parameters(), 2e-2).momentum(0.9).nesterov(true).weightDecay(1e-3);
        case RMSPROP -> new RMSprop(model.parameters(), 1e-3).momentum(0.5).centered(true);
      };
    }
  }

  private static Sequential network() {
    Generator.manualSeed(7);
    return new Sequential(
        new Conv2d(3, 6, 3).padding(1), new BatchNorm2d(6), new ReLU(), new MaxPool2d(2), new Dropout(0.25),
        new Flatten(), new Linear(6 * 4 * 4, 16), new ReLU(), new Dropout(0.5), new Linear(16, 5));
  }

  /** The losses of some steps, and then what a parameter has become. */
  private static double[] train(Device on, Mode mode, Method method, boolean clip) {
    Sequential model = network();
    model.to(on);
    Optimizer optimizer = method.of(model);
    var criterion = new CrossEntropyLoss();
    double[] losses = new double[STEPS + 1];
    Recorded.Step body = in -> {
      optimizer.zeroGrad();
      Tensor loss = criterion.forward(model.forward(in[0]), in[1]);
      loss.backward();
      if (clip) {
        GradientClip.norm(model.parameters(), 0.5);
      }
      optimizer.step();
      return new Tensor[] {loss};
    };
    Generator images = new Generator(3);
    try (Recorded step = new Recorded(body)) {
      for (int i = 0; i < STEPS; i++) {
        try (Scope scope = Scope.open()) {
          optimizer.lr(0, optimizer.lr(0) * 0.9); // a schedule
          Tensor[] in = {
            images.normal(0, 1, 8, 3, 8, 8).to(on), Tensor.of(new long[] {0, 1, 2, 3, 4, i % 5, 1, 2}, 8).to(on)};
          losses[i] = (mode == Mode.EAGER ? body.run(in) : step.run(in))[0].item();
        }
      }
    }
    losses[STEPS] = model.parameters().getFirst().detach().square().sum().item();
    return losses;
  }

  @ParameterizedTest
  @EnumSource
  void lossesAreTheCpus(Method method) {
    double[] here = train(Device.cpu(), Mode.EAGER, method, false);
    double[] there = train(device, Mode.EAGER, method, false);
    assertTrue(here[0] > here[STEPS - 1], "it learns nothing, so nothing is compared");
    assertArrayEquals(here, there, 2e-4);
  }

  @ParameterizedTest
  @EnumSource
  void replaysHaveTheBitsOfEagerSteps(Method method) {
    assertArrayEquals(train(device, Mode.EAGER, method, false), train(device, Mode.REPLAYED, method, false));
  }

  /** How much gradients are scaled is decided on the host, in the middle of the step. */
  @Test
  void aStepThatTheHostSplitsHasTheSameBits() {
    double[] eager = train(device, Mode.EAGER, Method.ADAMW, true);
    assertArrayEquals(eager, train(device, Mode.REPLAYED, Method.ADAMW, true));
    assertArrayEquals(train(Device.cpu(), Mode.EAGER, Method.ADAMW, true), eager, 2e-4);
  }

  @Test
  void aStepIsOneGraph() {
    Sequential model = network();
    model.to(device);
    Optimizer optimizer = Method.ADAMW.of(model);
    var criterion = new CrossEntropyLoss();
    try (Recorded step = new Recorded(in -> {
      optimizer.zeroGrad();
      Tensor loss = criterion.forward(model.forward(in[0]), in[1]);
      loss.backward();
      optimizer.step();
      return new Tensor[] {loss};
    })) {
      Tensor x = Tensor.randn(8, 3, 8, 8).to(device);
      Tensor labels = Tensor.of(new long[] {0, 1, 2, 3, 4, 0, 1, 2}, 8).to(device);
      step.run(x, labels);
      step.run(x, labels);
      Map<String, Long> before = gpu.fake().counts();
      step.run(x, labels);
      Map<String, Long> after = gpu.fake().counts();
      for (String call : List.of("cudaLaunchKernel", "cudaMallocAsync", "cudaFreeAsync", "cudaStreamSynchronize")) {
        assertEquals(before.getOrDefault(call, 0L), after.getOrDefault(call, 0L), call);
      }
      assertEquals(before.getOrDefault("cudaGraphLaunch", 0L) + 1, after.get("cudaGraphLaunch"));
      // The inputs, and what changes from step to step.
      assertEquals(before.get("cudaMemcpyAsync") + 3, after.get("cudaMemcpyAsync"));
    }
  }

  @Test
  void bf16TrainsAboutAsWell() {
    double[] exact = train(device, Mode.EAGER, Method.ADAMW, false);
    try (var cast = Autocast.bf16()) {
      double[] rounded = train(device, Mode.EAGER, Method.ADAMW, false);
      assertArrayEquals(exact, rounded, 0.1);
      assertArrayEquals(rounded, train(device, Mode.REPLAYED, Method.ADAMW, false));
    }
  }

  @Test
  void anOptimizerOfBeforeTheMoveIsRefused() {
    Sequential model = network();
    Optimizer optimizer = Method.ADAMW.of(model);
    model.forward(Tensor.randn(2, 3, 8, 8)).sum().backward();
    optimizer.step();
    model.to(device);
    String message = assertThrows(IllegalStateException.class, optimizer::step).getMessage();
    assertTrue(message.contains("make the optimizer after model.to(device)"), message);
  }

  /** Memory that runs out in the middle of a step is an exception; the next step finds all as it was. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1 << 12, 1 << 14, 1 << 16})
  void aStepOutOfMemoryLeavesNothingBehind(long room) {
    Sequential model = network();
    model.to(device);
    Tensor x = Tensor.randn(64, 3, 8, 8).to(device);
    try (Scope scope = Scope.open()) {
      model.forward(x).sum().backward(); // plans and workspaces are made
    }
    model.zeroGrad();
    try (Scope scope = Scope.open()) {
      Memory.limit(device, Memory.stats(device).liveBytes() + room);
      String message = assertThrows(OutOfNativeMemoryException.class, () -> model.forward(x).sum().backward())
          .getMessage();
      assertTrue(message.contains("out of memory on cuda:0"), message);
    }
    Memory.limit(device, Long.MAX_VALUE);
    model.zeroGrad();
    try (Scope scope = Scope.open()) {
      model.forward(x).sum().backward();
      assertTrue(Double.isFinite(model.parameters().getFirst().grad().sum().item()));
    }
  }
}
