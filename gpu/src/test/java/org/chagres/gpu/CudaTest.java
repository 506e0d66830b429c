package org.chagres.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.chagres.bindings.Library;
import org.chagres.gpu.fake.FakeCuda;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One sentence says why no device can be used. */
class CudaTest {

  private static void assertReason(FakeCuda.Builder machine, String... parts) {
    try (var cuda = machine.install()) {
      Cuda.Probe probe = Cuda.probe();
      assertFalse(probe.usable());
      String reason = probe.reason().orElseThrow();
      for (String part : parts) {
        assertTrue(reason.contains(part), reason);
      }
      assertTrue(reason.endsWith("."), reason);
      assertTrue(probe.describe().contains(reason));
      IllegalStateException e = assertThrows(IllegalStateException.class, () -> CudaDevice.of(0));
      assertTrue(e.getMessage().contains(reason), e.getMessage());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void aMachineWithDevicesTellsThem() {
    try (var cuda = FakeCuda.builder().devices(2).memory(1L << 30).install()) {
      Cuda.Probe probe = Cuda.probe();
      assertTrue(probe.usable(), probe.reason().orElse(""));
      assertEquals(2, probe.devices().size());
      CudaDeviceInfo second = probe.devices().get(1);
      assertEquals(new CudaDeviceInfo(1, "NVIDIA H200", 9, 0, 1L << 30, 132), second);
      assertEquals("sm_90", second.architecture());
      assertEquals("cuda:1 NVIDIA H200, compute capability 9.0, 1024 MiB, 132 multiprocessors", second.describe());
      assertEquals(13, probe.driver().orElseThrow().major());
      assertEquals(8, probe.describe().size(), "libraries, driver, devices");
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NCCL", mode = EnumSource.Mode.EXCLUDE)
  void aMissingLibraryIsNamed(Library library) {
    assertReason(FakeCuda.builder().without(library), library.title());
  }

  @Test
  void anOldLibraryIsNamed() {
    assertReason(FakeCuda.builder().version(Library.CUDNN, 8, 9, 2), "cuDNN", "8.9.2", "9.0.0");
  }

  @Test
  void librariesOfTwoVersionsAreTold() {
    assertReason(FakeCuda.builder().version(Library.CUBLASLT, 13, 0, 2), "cuBLAS and cuBLASLt", "13.0.2", "13.1.1");
  }

  @Test
  void theDriverIsMissing() {
    assertReason(FakeCuda.builder().driver(0), "no NVIDIA driver", "580");
  }

  @Test
  void theDriverIsOld() {
    assertReason(FakeCuda.builder().driver(12040), "too old", "CUDA 12.4", "CUDA 13.0");
  }

  @Test
  void thereIsNoDevice() {
    assertReason(FakeCuda.builder().devices(0), "no CUDA device", "CUDA_VISIBLE_DEVICES");
  }

  @Test
  void theDeviceIsOld() {
    assertReason(FakeCuda.builder().capability(7, 0), "7.5 or later", "compute capability 7.0");
  }

  @Test
  void anIndexOutOfRangeNamesThoseInIt() {
    try (var cuda = FakeCuda.builder().devices(2).install()) {
      for (int index : new int[] {-1, 2}) {
        var e = assertThrows(IndexOutOfBoundsException.class, () -> CudaDevice.of(index));
        assertTrue(e.getMessage().contains("cuda:" + index + ";") && e.getMessage().contains("cuda:1 NVIDIA"),
            e.getMessage());
      }
      assertEquals(List.of(), cuda.problems());
    }
  }
}
