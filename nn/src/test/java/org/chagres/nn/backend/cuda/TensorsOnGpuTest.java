package org.chagres.nn.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaException;
import org.chagres.nn.functional.ClassLosses;
import org.chagres.nn.functional.Convolution;
import org.chagres.nn.modules.BatchNorm2d;
import org.chagres.nn.modules.Conv2d;
import org.chagres.nn.modules.Flatten;
import org.chagres.nn.modules.Linear;
import org.chagres.nn.modules.Sequential;
import org.chagres.nn.record.Recorded;
import org.chagres.nn.tensor.Autocast;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Generator;
import org.chagres.nn.tensor.Memory;
import org.chagres.nn.tensor.Scope;
import org.chagres.nn.tensor.Tensor;
import org.chagres.simd.memory.OutOfNativeMemoryException;
import org.chagres.simd.shape.DType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors and modules that lie on a GPU: in and out, memory, errors. */
final class TensorsOnGpuTest {

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

  private static String message(Class<? extends RuntimeException> type, Runnable action) {
    return assertThrows(type, action::run).getMessage();
  }

  private static Sequential network() {
    Generator.manualSeed(5);
    return new Sequential(
        new Conv2d(2, 3, 3).padding(1), new BatchNorm2d(3), new Flatten(), new Linear(3 * 4 * 4, 4));
  }

  @Test
  void valuesGoThereAndBack() {
    Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).to(device);
    assertEquals(device, x.device());
    assertEquals("cuda:0", x.device().toString());
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, x.t().toFloats());
    assertEquals(21, x.sum().item());
    assertArrayEquals(new long[] {2, 2}, x.argmax(1).toLongs());
    assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, x.to(DType.F64).toDoubles());
    assertEquals("tensor([[1., 2., 3.],\n        [4., 5., 6.]], device=cuda:0)", x.toString());
    Tensor images = Tensor.randn(2, 3, 4, 5);
    assertArrayEquals(images.toFloats(), images.to(device).to(Device.cpu()).toFloats());
    assertTrue(images.to(device).isChannelsLast());
    assertArrayEquals(new long[] {1, 1, 0}, Tensor.of(new boolean[] {true, true, false}).to(device).toLongs());
    assertArrayEquals(new long[] {7, 9}, Tensor.of(new long[] {3, 4}).to(device).mul(2).add(1).toLongs());
    assertTrue(Tensor.ones(3).to(device).eq(1).all());
  }

  @Test
  void gradientsComeBackThroughACopy() {
    Tensor x = Tensor.of(new float[] {1, 2}).requiresGrad(true);
    x.to(device).square().sum().backward();
    assertEquals(Device.cpu(), x.grad().device());
    assertArrayEquals(new float[] {2, 4}, x.grad().toFloats());
  }

  @Test
  void randomNumbersAreTheCpus() {
    for (int n : new int[] {1, 7, 1000}) {
      Generator here = new Generator(11);
      Generator there = new Generator(11);
      assertArrayEquals(here.uniform(-1, 2, n).toFloats(),
          there.fillUniform(Tensor.empty("test", DType.F32, device, n), -1, 2).toFloats());
      assertArrayEquals(here.normal(0, 1, n).toFloats(),
          there.fillNormal(Tensor.empty("test", DType.F32, device, n), 0, 1).toFloats(), 1e-6f);
      assertEquals(here.get(), there.get());
    }
  }

  @Test
  void aModuleMovesWithAllThatItHolds(@TempDir Path folder) {
    Sequential here = network();
    Sequential there = network();
    Tensor x = new Generator(1).normal(0, 1, 3, 2, 4, 4);
    there.forward(x).sum().backward();
    float[] gradient = there.parameters().getFirst().grad().toFloats();
    Tensor parameter = there.parameters().getFirst();
    there.to(device);
    assertEquals(parameter, there.parameters().getFirst());
    assertArrayEquals(gradient, parameter.grad().toFloats());
    assertEquals(device, parameter.grad().device());
    there.namedBuffers().values().forEach(b -> assertEquals(device, b.device()));
    here.forward(x);
    here.eval();
    there.eval();
    assertArrayEquals(here.forward(x).toFloats(), there.forward(x.to(device)).toFloats(), 1e-5f);
    assertEquals(1, there.namedBuffers().get("1.num_batches_tracked").item());
    assertTrue(there.summary(1, 2, 4, 4).toString().contains("Conv2d"));

    Path file = folder.resolve("state.safetensors");
    there.save(file);
    Sequential loaded = network();
    loaded.load(file);
    loaded.eval();
    assertArrayEquals(here.forward(x).toFloats(), loaded.forward(x).toFloats(), 1e-5f);
    there.parameters().forEach(p -> p.detach().zero());
    there.load(file);
    assertArrayEquals(here.forward(x).toFloats(), there.forward(x.to(device)).toFloats(), 1e-5f);
    there.to(Device.cpu());
    assertArrayEquals(here.forward(x).toFloats(), there.forward(x).toFloats(), 1e-5f);
  }

  @Test
  void tensorsOnTwoDevicesAreNamed() {
    Tensor here = Tensor.ones(2, 3);
    Tensor there = Tensor.ones(2, 3).to(device);
    assertEquals("add: tensor [2, 3] is on cpu, tensor [2, 3] on cuda:0",
        message(IllegalArgumentException.class, () -> here.add(there)));
    assertEquals("matmul: tensor [3, 2] is on cuda:0, tensor [2, 3] on cpu",
        message(IllegalArgumentException.class, () -> there.t().matmul(here)));
    assertEquals("cat: tensor [2, 3] is on cpu, tensor [2, 3] on cuda:0",
        message(IllegalArgumentException.class, () -> Tensor.cat(0, here, there)));
    Linear layer = new Linear(3, 2);
    assertEquals("Linear: input [2, 3] is on cuda:0, parameter [2, 3] on cpu",
        message(IllegalArgumentException.class, () -> layer.forward(there)));
    Tensor target = Tensor.of(new long[] {0, 1}, 2);
    assertTrue(message(IllegalArgumentException.class,
        () -> ClassLosses.crossEntropy(there, target, ClassLosses.Options.DEFAULT)).contains("on cuda:0"));
    Tensor w = Tensor.ones(2, 3).requiresGrad(true);
    assertEquals("backward: tensor [2, 3] is on cpu, tensor [2, 3] on cuda:0",
        message(IllegalArgumentException.class, () -> w.mul(2).backward(there)));
    here.copyFrom(there.mul(4));
    assertEquals(24, here.sum().item());
  }

  @Test
  void labelsAndIndicesAreChecked() {
    Tensor scores = Tensor.ones(3, 4).to(device);
    Tensor labels = Tensor.of(new long[] {0, 4, 1}).to(device);
    assertEquals("target: label 4 at position 1 is not one of the classes 0 to 3",
        message(IllegalArgumentException.class,
            () -> ClassLosses.crossEntropy(scores, labels, ClassLosses.Options.DEFAULT)));
    // Made there, so nothing is known of them.
    assertEquals("target: label -1 at position 0 is not one of the classes 0 to 3",
        message(IllegalArgumentException.class,
            () -> ClassLosses.crossEntropy(scores, labels.sub(1), ClassLosses.Options.DEFAULT)));
    Tensor ignored = Tensor.of(new long[] {0, -100, 1}).to(device);
    assertEquals(Math.log(4), ClassLosses.crossEntropy(scores, ignored, ClassLosses.Options.DEFAULT).item(), 1e-6);
    assertTrue(message(IndexOutOfBoundsException.class, () -> scores.indexSelect(labels)).contains("index 4"));
    labels.fill(2);
    assertArrayEquals(new int[] {3, 4}, scores.indexSelect(labels).shape());
  }

  @Test
  void labelsAreCheckedAtEachReplay() {
    try (Recorded step = new Recorded(
        in -> new Tensor[] {ClassLosses.crossEntropy(in[0], in[1], ClassLosses.Options.DEFAULT)})) {
      Tensor scores = Tensor.randn(2, 3).to(device);
      for (int i = 0; i < 5; i++) {
        step.run(scores, Tensor.of(new long[] {i % 3, 0}).to(device));
      }
      assertTrue(message(IllegalArgumentException.class,
          () -> step.run(scores, Tensor.of(new long[] {1, 3}).to(device))).contains("label 3 at position 1"));
      Tensor good = Tensor.of(new long[] {1, 2}).to(device);
      assertEquals(ClassLosses.crossEntropy(scores, good, ClassLosses.Options.DEFAULT).item(),
          step.run(scores, good)[0].item());
    }
  }

  @Test
  void aStepThatLooksAtTheHostIsRefused() {
    Tensor x = Tensor.ones(2, 2).to(device);
    Recorded.Step[] steps = {
      in -> new Tensor[] {in[0].mul(in[0].sum().item())},
      in -> new Tensor[] {in[0].to(Device.cpu())},
      in -> new Tensor[] {in[0].add(Tensor.ones(2, 2).to(device))},
    };
    String[] reasons = {"item()", "from cuda:0 to the host", "on cuda:0 and on cpu"};
    for (int i = 0; i < steps.length; i++) {
      try (Recorded step = new Recorded(steps[i])) {
        String reason = message(IllegalStateException.class, () -> step.run(x));
        assertTrue(reason.contains(reasons[i]) || i == 2, reason);
        assertTrue(reason.startsWith("a step with this cannot be recorded"), reason);
      }
    }
    assertEquals(4, x.sum().item());
  }

  @Test
  void bf16RoundsFactorsAndKeepsTheRest() {
    Tensor x = new Generator(2).normal(0, 1, 4, 8, 6, 6);
    Tensor weight = new Generator(3).normal(0, 0.2, 8, 8, 3, 3);
    var options = new Convolution.Options(
        org.chagres.simd.shape.Size.of(1), org.chagres.simd.shape.Size.of(1), org.chagres.simd.shape.Size.of(1), 1);
    Tensor w = weight.to(device).requiresGrad(true);
    float[] exact = Convolution.conv2d(x, weight, Optional.empty(), options).toFloats();
    Tensor y;
    try (var cast = Autocast.bf16()) {
      y = Convolution.conv2d(x.to(device), w, Optional.empty(), options);
      assertEquals("bf16: cpu has products and convolutions in f32 only; autocast is for a GPU, such as cuda:0",
          message(UnsupportedOperationException.class, () -> x.matmul(x)));
    }
    assertEquals(DType.F32, y.dtype());
    float[] rounded = y.toFloats();
    assertArrayEquals(exact, rounded, 0.05f);
    assertFalse(java.util.Arrays.equals(exact, rounded));
    y.square().mean().backward();
    assertEquals(DType.F32, w.grad().dtype());
    Tensor reference = weight.copy().requiresGrad(true);
    Convolution.conv2d(x, reference, Optional.empty(), options).square().mean().backward();
    assertArrayEquals(reference.grad().toFloats(), w.grad().toFloats(), 0.02f);
    Tensor a = new Generator(4).normal(0, 1, 9, 17);
    Tensor b = new Generator(5).normal(0, 1, 17, 5);
    float[] product = a.matmul(b).toFloats();
    try (var cast = Autocast.bf16()) {
      assertArrayEquals(product, a.to(device).matmul(b.to(device)).toFloats(), 0.1f);
    }
  }

  @Test
  void memoryIsThePools() {
    long before = Memory.stats(device).liveBytes();
    try (Scope scope = Scope.open()) {
      Tensor x = Tensor.full(device, DType.F32, 1, 1 << 18);
      assertTrue(Memory.stats(device).liveBytes() >= before + (1 << 20));
      x.add(1);
    }
    assertEquals(before, Memory.stats(device).liveBytes());
    assertTrue(Memory.stats(device).pooledBytes() >= 2 << 20);
    assertTrue(Memory.stats(device).peakLiveBytes() >= before + (2 << 20));
    Tensor kept;
    try (Scope scope = Scope.open()) {
      kept = scope.keep(Tensor.full(device, DType.F32, 3, 5));
      Tensor gone = Tensor.full(device, DType.F32, 3, 5);
      gone.free();
      assertTrue(message(IllegalStateException.class, gone::data).contains("after it was freed"));
    }
    assertEquals(15, kept.sum().item());
  }

  @Test
  void whatIsOutOfMemoryNamesTheLargest() {
    Tensor large = Tensor.full(device, DType.F32, 1, 3, 1 << 18);
    large.sum(); // takes memory to work in
    Memory.limit(device, Memory.stats(device).reservedBytes() + (1 << 20));
    String message = message(OutOfNativeMemoryException.class, () -> Tensor.full(device, DType.F32, 1, 7, 1 << 18));
    for (String part : new String[] {"out of memory on cuda:0", "full [7, 262144]", "full [3, 262144]"}) {
      assertTrue(message.contains(part), message);
    }
    assertEquals(3 << 18, large.sum().item());
    Memory.limit(device, Long.MAX_VALUE);
    assertEquals(7 << 18, Tensor.full(device, DType.F32, 1, 7, 1 << 18).sum().item());
  }

  /** What nobody can reach is given back before an allocation fails. */
  @Test
  void unreachableTensorsMakeRoom() {
    Memory.limit(device, Memory.stats(device).reservedBytes() + (5 << 20));
    for (int i = 0; i < 20; i++) {
      assertEquals(1 << 19, Tensor.full(device, DType.F32, 1, 1 << 19).sum().item());
    }
  }

  @Test
  void itsMemoryCannotBeReadFromJava() {
    MemorySegment data = Tensor.ones(4).to(device).data();
    assertEquals(16, data.byteSize());
    assertThrows(WrongThreadException.class, () -> data.get(ValueLayout.JAVA_FLOAT, 0));
    assertThrows(WrongThreadException.class, () -> data.set(ValueLayout.JAVA_FLOAT, 0, 1));
    assertThrows(WrongThreadException.class,
        () -> MemorySegment.copy(data, 0, MemorySegment.ofArray(new byte[4]), 0, 4));
  }

  @Test
  void aClosedDeviceIsNamed() {
    Tensor x = Tensor.ones(4).to(device);
    CudaDevice.of(0).close();
    assertEquals("cuda:0 is closed", message(IllegalStateException.class, () -> x.add(1)));
    assertEquals("cuda:0 is closed", message(IllegalStateException.class, x::toFloats));
    Device again = Device.cuda(0);
    assertFalse(again.equals(device));
    assertEquals(4, Tensor.ones(4).to(again).sum().item());
    assertTrue(message(IllegalArgumentException.class, () -> x.add(Tensor.ones(4).to(again))).contains("cuda:0"));
  }

  @Test
  void anyThreadMayUseIt() throws InterruptedException {
    Tensor x = new Generator(1).normal(0, 1, 8, 8).to(device);
    float[] expected = x.matmul(x).toFloats();
    Thread[] threads = new Thread[6];
    float[][] results = new float[threads.length][];
    for (int i = 0; i < threads.length; i++) {
      int at = i;
      Thread.Builder builder = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
      threads[i] = builder.start(() -> {
        for (int n = 0; n < 20; n++) {
          try (Scope scope = Scope.open()) {
            results[at] = x.matmul(x).toFloats();
          }
        }
      });
    }
    for (int i = 0; i < threads.length; i++) {
      threads[i].join();
      assertArrayEquals(expected, results[i]);
    }
  }

  @Test
  void aFailedLaunchNamesTheKernelAndTheDeviceGoesOn() {
    Tensor x = Tensor.ones(4).to(device);
    gpu.fake().failCall("cudaLaunchKernel", 1, Cudart.cudaErrorInvalidValue());
    String message = message(CudaException.class, x::exp);
    assertTrue(message.contains("cudaLaunchKernel of unary_exp"), message);
    assertEquals(4, x.sum().item());
  }
}
