package org.chagres.bindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.bindings.cudart.dim3;
import org.chagres.bindings.cudnn.Cudnn;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The generated bindings call what is put in place of the libraries, and tell what is missing. */
class SubstituteLibrariesTest {

  private final Arena arena = Arena.ofShared();
  private final Map<String, MemorySegment> stubs = new HashMap<>();
  private final SymbolLookup lookup = name -> Optional.ofNullable(stubs.get(name));

  @AfterEach
  void free() {
    arena.close();
  }

  /** A function that returns one number, whatever its arguments. */
  private void returns(String name, Object number, MemoryLayout... arguments) {
    MemoryLayout result = number instanceof Long ? JAVA_LONG : JAVA_INT;
    FunctionDescriptor type = FunctionDescriptor.of(result, arguments);
    MethodHandle constant = MethodHandles.constant(number instanceof Long ? long.class : int.class, number);
    stub(name, MethodHandles.dropArguments(constant, 0, type.toMethodType().parameterList()), type);
  }

  private void stub(String name, MethodHandle body, FunctionDescriptor type) {
    stubs.put(name, Linker.nativeLinker().upcallStub(body, type, arena));
  }

  private void writesInt(String name, int number) throws ReflectiveOperationException {
    MethodHandle write = MethodHandles.lookup().findStatic(SubstituteLibrariesTest.class, "write",
        MethodType.methodType(int.class, int.class, MemorySegment.class));
    stub(name, MethodHandles.insertArguments(write, 0, number), FunctionDescriptor.of(JAVA_INT, ADDRESS));
  }

  static int write(int number, MemorySegment to) {
    to.reinterpret(4).set(JAVA_INT, 0, number);
    return 0;
  }

  @Test
  void bindingsCallWhatIsInPlaceNow() throws ReflectiveOperationException {
    writesInt("cudaRuntimeGetVersion", 13000);
    writesInt("cudaGetDeviceCount", 3);
    MemorySegment count = arena.allocate(JAVA_INT);
    for (int devices = 3; devices < 6; devices++) {
      writesInt("cudaGetDeviceCount", devices);
      try (var substitutes = SubstituteLibraries.install(lookup)) {
        assertEquals(0, Cudart.cudaGetDeviceCount(count));
        assertEquals(devices, count.get(JAVA_INT, 0));
        assertEquals(stubs.get("cudaGetDeviceCount"), Cudart.cudaGetDeviceCount$address());
      }
    }
  }

  @Test
  void aStructIsPassedByValue() throws ReflectiveOperationException {
    writesInt("cudaRuntimeGetVersion", 13000);
    MethodHandle launch = MethodHandles.lookup().findStatic(SubstituteLibrariesTest.class, "launch",
        Cudart.cudaLaunchKernel$descriptor().toMethodType());
    stub("cudaLaunchKernel", launch, Cudart.cudaLaunchKernel$descriptor());
    MemorySegment grid = dim3.allocate(arena);
    dim3.x(grid, 7);
    dim3.y(grid, 11);
    dim3.z(grid, 13);
    MemorySegment block = dim3.allocate(arena);
    dim3.x(block, 2);
    MemorySegment none = MemorySegment.NULL;
    try (var substitutes = SubstituteLibraries.install(lookup)) {
      assertEquals(7 * 11 * 13 * 2, Cudart.cudaLaunchKernel(none, grid, block, none, 0, none));
    }
  }

  static int launch(MemorySegment function, MemorySegment grid, MemorySegment block, MemorySegment arguments,
      long shared,
      MemorySegment stream) {
    return dim3.x(grid) * dim3.y(grid) * dim3.z(grid) * dim3.x(block);
  }

  @Test
  void aMissingFunctionIsToldAtEveryCallAndOnlyThen() {
    returns("cudnnGetVersion", 92400L);
    try (var substitutes = SubstituteLibraries.install(lookup)) {
      assertEquals(92400, Cudnn.cudnnGetVersion());
      for (int call = 0; call < 2; call++) {
        var e = assertThrows(MissingSymbolException.class, () -> Cudnn.cudnnBackendFinalize(MemorySegment.NULL));
        assertEquals("cudnnBackendFinalize", e.symbol());
        assertEquals(Library.CUDNN, e.library());
        assertEquals(new Version(9, 24, 0), e.version());
        assertEquals("cuDNN 9.24.0 (substitute) has no function cudnnBackendFinalize: install a newer cuDNN, "
            + "with pip install -U nvidia-cudnn-cu13", e.getMessage());
      }
    }
  }

  @Test
  void aMissingLibraryIsToldAtEveryCallAndConstantsWorkWithoutIt() {
    try (var substitutes = SubstituteLibraries.install(name -> Optional.empty())) {
      for (int call = 0; call < 2; call++) {
        var e = assertThrows(MissingLibraryException.class, Cudnn::cudnnGetVersion);
        assertEquals(Library.CUDNN, e.library());
      }
      assertThrows(MissingLibraryException.class, () -> Libraries.require(Library.CUDNN));
      assertThrows(MissingLibraryException.class, Cudnn::cudnnGetVersion$address);
      assertEquals(2, Cudnn.CUDNN_BATCHNORM_OPS_BN_ADD_ACTIVATION());
      assertEquals(0, Cudnn.CUDNN_DATA_FLOAT());
    }
  }

  @Test
  void versionsAreChecked() throws ReflectiveOperationException {
    returns("cudnnGetVersion", 8902L);
    writesInt("cudaRuntimeGetVersion", 12080);
    writesInt("ncclGetVersion", 21703);
    returns("cublasGetProperty", 1, JAVA_INT, ADDRESS);
    try (var substitutes = SubstituteLibraries.install(lookup)) {
      assertReason(Library.CUDNN, "is version 8.9.2, but needed is 9.0.0 or a later 9;");
      assertReason(Library.CUDART, "is version 12.8.0, but needed is 13.0.0 or a later 13;");
      assertReason(Library.NCCL, "is version 2.17.3, but needed is 2.18.0 or a later 2;");
      assertReason(Library.CUBLAS, "does not tell its version;");
      assertThrows(MissingLibraryException.class, Cudnn::cudnnGetVersion);
    }
    returns("cudnnGetVersion", 92400L);
    returns("cudnnGetCudartVersion", 12090L);
    try (var substitutes = SubstituteLibraries.install(lookup)) {
      assertReason(Library.CUDNN, "was built for CUDA 12, but needed is one for CUDA 13;");
    }
  }

  private static void assertReason(Library library, String part) {
    String reason = assertInstanceOf(LibraryStatus.Missing.class, Libraries.status(library)).reason();
    assertTrue(reason.startsWith(library.title() + " at substitute, from ") && reason.contains(part), reason);
  }

  @Test
  void oneAtATimeAndClosingTwiceIsFine() {
    List<String> before = Libraries.describe();
    var first = SubstituteLibraries.install(lookup);
    assertThrows(IllegalStateException.class, () -> SubstituteLibraries.install(lookup));
    first.close();
    try (var second = SubstituteLibraries.install(lookup)) {
      first.close();
      assertThrows(IllegalStateException.class, () -> SubstituteLibraries.install(lookup),
          "the second is still in place");
    }
    assertEquals(before, Libraries.describe());
  }

  @Test
  void anErrorTellsCallCodeAndName() {
    var e = new NativeException("cudaMalloc of 64 bytes", 2, "cudaErrorMemoryAllocation", "out of memory");
    assertEquals("cudaMalloc of 64 bytes failed: cudaErrorMemoryAllocation (2): out of memory", e.getMessage());
    assertEquals(2, e.code());
    assertEquals("cudaErrorMemoryAllocation", e.name());
    assertEquals("cudaMalloc of 64 bytes", e.call());
  }
}
