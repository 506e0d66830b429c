package org.chagres.gpu.kernel;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaException;
import org.chagres.gpu.CudaGraph;
import org.chagres.gpu.emulator.Emulator;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.gpu.memory.Copies;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.gpu.memory.DevicePool;
import org.chagres.gpu.memory.Workspace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Our kernels through NVRTC, the runtime and a stream, all of them fakes. */
class StreamLauncherTest {

  private static final Function NEGATE = new Function("NEG", 0, 0);

  private FakeCuda cuda;
  private CudaDevice device;
  private DevicePool pool;
  private KernelLibraries kernels;
  private StreamLauncher launcher;
  private MapKernels maps;

  @BeforeEach
  void open() {
    Assumptions.assumeTrue(Emulator.missing().isEmpty(), () -> Emulator.missing().orElse(""));
    cuda = FakeCuda.install();
    device = CudaDevice.of(0);
    pool = DevicePool.of(device.stream());
    kernels = KernelLibraries.of(device);
    launcher = new StreamLauncher(kernels, Workspace.of(pool));
    maps = new MapKernels(launcher);
  }

  @AfterEach
  void nothingIsLeft() {
    if (cuda == null) {
      return;
    }
    device.close();
    Map<String, Long> live = cuda.live();
    List<String> problems = cuda.problems();
    cuda.close();
    assertEquals(Map.of(), live);
    assertEquals(List.of(), problems);
  }

  private DeviceBlock up(float... values) {
    DeviceBlock block = pool.allocate(4L * values.length);
    try (Arena arena = Arena.ofConfined()) {
      Copies.upload(block.segment(), arena.allocateFrom(JAVA_FLOAT, values), device.stream());
    }
    return block;
  }

  private float[] down(DeviceBlock block) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(block.bytes(), 4);
      Copies.download(host, block.segment(), device.stream());
      return host.toArray(JAVA_FLOAT);
    }
  }

  @Test
  void aKernelIsCompiledAndLoadedOnceAndLaunchedFromAnyThread() throws InterruptedException {
    DeviceBlock x = up(1, -2, 3);
    Function relu = new Function("RELU", 0, 0);
    maps.unary(relu, 3, x.segment(), x.segment());
    assertArrayEquals(new float[] {1, 0, 3}, down(x));
    Thread other = Thread.ofVirtual()
        .start(() -> device.run(() -> maps.unary(new Function("NEG", 0, 0), 3, x.segment(), x.segment())));
    other.join();
    assertArrayEquals(new float[] {-1, -0f, -3}, down(x));
    assertEquals(1, cuda.calls("nvrtcCompileProgram"));
    assertEquals(1, cuda.calls("cudaLibraryLoadData"));
    assertEquals(2, cuda.calls("cudaLaunchKernel"));
  }

  @Test
  void scratchMemoryIsTheWorkspace() {
    float[] values = new float[100_000];
    Arrays.fill(values, 1);
    DeviceBlock x = up(values);
    DeviceBlock sum = pool.allocate(8);
    new OptimKernels(launcher).sumSquares(values.length, x.segment(), sum.segment());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(8, 8);
      Copies.download(host, sum.segment(), device.stream());
      assertEquals(100_000.0, host.get(JAVA_DOUBLE, 0));
    }
  }

  @Test
  void launchesAreRecordedOnceTheirKernelsAreLoaded() {
    DeviceBlock x = up(1, 2);
    Function square = new Function("SQUARE", 0, 0);
    Runnable task = () -> maps.unary(square, 2, x.segment(), x.segment());
    var e = assertThrows(IllegalStateException.class, () -> device.stream().capture(task));
    assertTrue(e.getMessage().startsWith("compiling and loading unary.cu can't be recorded"), e.getMessage());
    kernels.load(Source.UNARY);
    try (CudaGraph graph = device.stream().capture(task)) {
      assertArrayEquals(new float[] {1, 2}, down(x));
      graph.launch();
      graph.launch();
      assertArrayEquals(new float[] {1, 16}, down(x));
    }
  }

  @Test
  void errorsNameTheKernel() {
    DeviceBlock x = up(1);
    maps.unary(NEGATE, 1, x.segment(), x.segment());
    cuda.failCall("cudaLaunchKernel", 1, Cudart.cudaErrorLaunchOutOfResources());
    CudaException e =
        assertThrows(CudaException.class, () -> maps.unary(NEGATE, 1, x.segment(), x.segment()));
    assertTrue(e.call().startsWith("cudaLaunchKernel of ") && e.call().contains("unary.cu"), e.call());
    Kernel nothing = Kernel.of(Source.UNARY, "no_such_kernel");
    e = assertThrows(CudaException.class, () -> launcher.launch(nothing, 1, 1, new Arguments()));
    assertTrue(e.call().contains("no_such_kernel of unary.cu"), e.call());
    cuda.failCall("nvrtcCompileProgram", 1, 6);
    assertThrows(KernelCompileException.class, () -> kernels.load(Source.CAST));
    cuda.failCall("cudaLibraryLoadData", 1, Cudart.cudaErrorInvalidKernelImage());
    assertThrows(CudaException.class, () -> kernels.load(Source.CAST));
    kernels.load(Source.CAST);
    kernels.close();
    assertThrows(IllegalStateException.class, () -> maps.unary(NEGATE, 1, x.segment(), x.segment()));
  }
}
