package org.chagres.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.chagres.bindings.cublas.Cublas;
import org.chagres.bindings.cublaslt.CublasLt;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.bindings.cudnn.Cudnn;
import org.chagres.bindings.nccl.Nccl;
import org.chagres.bindings.nvrtc.Nvrtc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Against NVIDIA's own libraries, where they are found; no device or driver is needed. Skipped, with the reason, where
 * not.
 */
class RealLibrariesTest {

  private static Version found(Library library) {
    LibraryStatus status = Libraries.status(library);
    assumeTrue(status instanceof LibraryStatus.Found, status.describe());
    return ((LibraryStatus.Found) status).version();
  }

  @ParameterizedTest
  @EnumSource
  void hasEveryFunctionThatIsBound(Library library) throws IOException {
    found(library);
    Path list = Path.of("includes", library.name().toLowerCase(Locale.ROOT) + ".txt");
    List<String> functions = Files.readAllLines(list).stream().filter(line -> line.startsWith("--include-function"))
        .map(line -> line.split(" ")[1]).toList();
    assertTrue(functions.size() > 5, list + " lists functions");
    for (String function : functions) {
      assertTrue(Symbols.of(library).address(function).address() != 0, function);
    }
  }

  @Test
  void cudaRuntimeTellsVersionAndNamesOfErrors() {
    Version version = found(Library.CUDART);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(JAVA_INT);
      assertEquals(Cudart.cudaSuccess(), Cudart.cudaRuntimeGetVersion(number));
      assertEquals(version.major(), number.get(JAVA_INT, 0) / 1000);
    }
    assertEquals("cudaErrorMemoryAllocation", Cudart.cudaGetErrorName(Cudart.cudaErrorMemoryAllocation()).getString(0));
  }

  @Test
  void cublasTellsNamesAndTextsOfStatuses() {
    found(Library.CUBLAS);
    int status = Cublas.CUBLAS_STATUS_ALLOC_FAILED();
    assertEquals("CUBLAS_STATUS_ALLOC_FAILED", Cublas.cublasGetStatusName(status).getString(0));
    assertEquals("the resource allocation failed", Cublas.cublasGetStatusString(status).getString(0));
  }

  @Test
  void cublasLtMakesDescriptors() {
    Version version = found(Library.CUBLASLT);
    assertEquals(version, Version.ofNumber(CublasLt.cublasLtGetVersion()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment layout = arena.allocate(ADDRESS);
      assertEquals(Cublas.CUBLAS_STATUS_SUCCESS(),
          CublasLt.cublasLtMatrixLayoutCreate(layout, Cublas.CUDA_R_32F(), 8, 4, 8));
      assertEquals(Cublas.CUBLAS_STATUS_SUCCESS(), CublasLt.cublasLtMatrixLayoutDestroy(layout.get(ADDRESS, 0)));
    }
  }

  @Test
  void cudnnTellsVersionAndMakesDescriptors() {
    Version version = found(Library.CUDNN);
    assertEquals(version, Version.ofNumber(Cudnn.cudnnGetVersion()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment descriptor = arena.allocate(ADDRESS);
      assertEquals(Cudnn.CUDNN_STATUS_SUCCESS(),
          Cudnn.cudnnBackendCreateDescriptor(Cudnn.CUDNN_BACKEND_TENSOR_DESCRIPTOR(), descriptor));
      assertEquals(Cudnn.CUDNN_STATUS_SUCCESS(), Cudnn.cudnnBackendDestroyDescriptor(descriptor.get(ADDRESS, 0)));
    }
  }

  @Test
  void ncclTellsVersion() {
    Version version = found(Library.NCCL);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(JAVA_INT);
      assertEquals(Nccl.ncclSuccess(), Nccl.ncclGetVersion(number));
      assertEquals(version, Version.ofNumber(number.get(JAVA_INT, 0)));
    }
  }

  /** To machine code, for which it opens its library of built-in functions. */
  @Test
  void nvrtcCompilesAKernel() {
    found(Library.NVRTC);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment program = arena.allocate(ADDRESS);
      MemorySegment source =
          arena.allocateFrom("extern \"C\" __global__ void twice(float* x) { x[threadIdx.x] *= 2.0f; }");
      MemorySegment none = MemorySegment.NULL;
      assertEquals(0, Nvrtc.nvrtcCreateProgram(program, source, arena.allocateFrom("twice.cu"), 0, none, none));
      MemorySegment handle = program.get(ADDRESS, 0);
      MemorySegment options = arena.allocate(ADDRESS);
      options.set(ADDRESS, 0, arena.allocateFrom("-arch=sm_90"));
      int status = Nvrtc.nvrtcCompileProgram(handle, 1, options);
      MemorySegment size = arena.allocate(JAVA_LONG);
      assertEquals(0, Nvrtc.nvrtcGetProgramLogSize(handle, size));
      MemorySegment log = arena.allocate(size.get(JAVA_LONG, 0));
      assertEquals(0, Nvrtc.nvrtcGetProgramLog(handle, log));
      assertEquals(Nvrtc.NVRTC_SUCCESS(), status, () -> log.getString(0));
      assertEquals(0, Nvrtc.nvrtcGetCUBINSize(handle, size));
      MemorySegment cubin = arena.allocate(size.get(JAVA_LONG, 0));
      assertEquals(0, Nvrtc.nvrtcGetCUBIN(handle, cubin));
      int[] magic = IntStream.range(0, 4).map(i -> cubin.get(JAVA_BYTE, i)).toArray();
      assertEquals(List.of(0x7f, (int) 'E', (int) 'L', (int) 'F'), IntStream.of(magic).boxed().toList());
      assertEquals(0, Nvrtc.nvrtcDestroyProgram(program));
    }
  }
}
