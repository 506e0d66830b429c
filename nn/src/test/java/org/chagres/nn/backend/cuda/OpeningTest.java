package org.chagres.nn.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.chagres.bindings.Library;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.nn.tensor.Device;
import org.chagres.nn.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A GPU that cannot be opened: one sentence says why, and the CPU goes on. */
final class OpeningTest {

  private static void assertRefused(UnaryOperator<FakeCuda.Builder> machine, String name, String... parts) {
    assumeFalse(Gpu.REAL, "a real GPU does not fail on demand");
    try (FakeCuda cuda = machine.apply(FakeCuda.builder()).install()) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Device.of(name));
      for (String part : parts) {
        assertTrue(e.getMessage().contains(part), e.getMessage());
      }
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
      assertArrayEquals(new float[] {3}, Tensor.ones(1).add(2).toFloats());
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NCCL", mode = EnumSource.Mode.EXCLUDE)
  void aMissingLibraryIsNamed(Library library) {
    assertRefused(b -> b.without(library), "cuda:0", "cuda:0", library.title());
  }

  @Test
  void whatIsTooOldIsNamed() {
    assertRefused(b -> b.version(Library.CUDNN, 8, 9, 2), "cuda", "cuDNN", "8.9.2");
    assertRefused(b -> b.driver(12_040), "cuda", "driver is too old", "12.4");
    assertRefused(b -> b.capability(7, 0), "cuda", "compute capability");
  }

  @Test
  void aMachineWithoutADriverOrADeviceSaysSo() {
    assertRefused(b -> b.driver(0), "cuda", "no NVIDIA driver");
    assertRefused(b -> b.devices(0), "cuda", "no CUDA device");
  }

  @Test
  void anIndexOutOfRangeTellsWhichDevicesThereAre() {
    assertRefused(b -> b.devices(2), "cuda:2", "cuda:2", "cuda:0 NVIDIA", "cuda:1 NVIDIA");
    assertRefused(b -> b.devices(1), "cuda:-1", "cuda:-1");
  }

  /** Whichever allocation fails while it is opened, all that was made is given back. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void tooLittleMemoryLeavesNothingBehind(int n) {
    // The pool asks again after giving back what it keeps: so two in a row.
    assertRefused(b -> b.oomAtAllocation(n).oomAtAllocation(n + 1), "cuda:0", "cuda:0 cannot be opened");
  }

  @Test
  void aMissingFunctionIsNamed() {
    assertRefused(b -> b.without("cublasCreate_v2"), "cuda:0", "cublasCreate_v2", "cuBLAS");
  }

  /** A program on the CPU neither looks for CUDA nor loads a class of it. */
  @Test
  void theCpuLoadsNothingOfCuda() throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process = new ProcessBuilder(
        java, "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xlog:class+load",
        "-cp", System.getProperty("java.class.path"), CpuProgram.class.getName()).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    assertTrue(out.contains("nn.backend.cuda.CudaProvider "), "the provider itself is looked at");
    for (String loaded : List.of("org.chagres.gpu.", "org.chagres.bindings.", "nn.backend.cuda.CudaBackend")) {
      assertFalse(out.contains(loaded), loaded);
    }
  }

  /** What that process runs. */
  static final class CpuProgram {

    private CpuProgram() {}

    /** Trains nothing much. */
    public static void main(String[] arguments) {
      Tensor w = Tensor.ones(3, 3).requiresGrad(true);
      w.matmul(w).sum().backward();
      if (w.grad().sum().item() != 54) {
        throw new AssertionError(w.grad().toString());
      }
    }
  }
}
