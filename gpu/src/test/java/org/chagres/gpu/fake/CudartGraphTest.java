package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.bindings.cudart.Cudart.*;
import static org.chagres.bindings.nvrtc.Nvrtc.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.chagres.bindings.cudart.cudaGraphExecUpdateResultInfo_st;
import org.chagres.bindings.cudart.dim3;
import org.chagres.gpu.emulator.Emulator;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Kernels and capture of the fake runtime, and its compiler. */
class CudartGraphTest {

  private static final String SOURCE = """
      struct Scale { float* x; float by; int n; };
      KERNEL(scale, Scale) {
        int i = blockIdx.x * blockDim.x + threadIdx.x;
        if (i < a.n) {
          a.x[i] *= a.by;
        }
      }
      """;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment out = arena.allocate(ADDRESS);
  private final MemorySegment none = MemorySegment.NULL;

  private static void ok(int code) {
    assertEquals("cudaSuccess", Family.CUDART.name(code));
  }

  private MemorySegment memory(float... values) {
    ok(cudaMalloc(out, 4L * values.length));
    MemorySegment memory = out.get(ADDRESS, 0).reinterpret(4L * values.length);
    ok(cudaMemcpyAsync(memory, arena.allocateFrom(JAVA_FLOAT, values), memory.byteSize(), cudaMemcpyHostToDevice(),
        none));
    return memory;
  }

  private MemorySegment stream() {
    ok(cudaStreamCreateWithFlags(out, cudaStreamNonBlocking()));
    return out.get(ADDRESS, 0);
  }

  private MemorySegment program(String source, String option) {
    assertEquals(0, nvrtcCreateProgram(out, arena.allocateFrom(source), arena.allocateFrom("a.cu"), 0, none, none));
    MemorySegment program = out.get(ADDRESS, 0);
    MemorySegment options = arena.allocate(ADDRESS);
    options.set(ADDRESS, 0, arena.allocateFrom(option));
    code = nvrtcCompileProgram(program, 1, options);
    return program;
  }

  private int code;

  private MemorySegment cubin(String architecture) {
    Assumptions.assumeTrue(Emulator.missing().isEmpty(), () -> Emulator.missing().orElse(""));
    MemorySegment program = program(SOURCE, "--gpu-architecture=" + architecture);
    assertEquals(0, code);
    assertEquals(0, nvrtcGetCUBINSize(program, out));
    MemorySegment cubin = arena.allocate(out.get(JAVA_LONG, 0));
    assertEquals(0, nvrtcGetCUBIN(program, cubin));
    out.set(ADDRESS, 0, program);
    assertEquals(0, nvrtcDestroyProgram(out));
    return cubin;
  }

  private MemorySegment kernel() {
    ok(cudaLibraryLoadData(out, cubin("sm_90"), none, none, 0, none, none, 0));
    MemorySegment library = out.get(ADDRESS, 0);
    assertEquals(cudaErrorSymbolNotFound(), cudaLibraryGetKernel(out, library, arena.allocateFrom("shrink")));
    ok(cudaLibraryGetKernel(out, library, arena.allocateFrom("scale")));
    return out.get(ADDRESS, 0);
  }

  private int launch(MemorySegment kernel, MemorySegment x, float by, int threads, MemorySegment stream) {
    MemorySegment argument = arena.allocate(16, 8);
    argument.set(ADDRESS, 0, x);
    argument.set(JAVA_FLOAT, 8, by);
    argument.set(JAVA_INT, 12, (int) (x.byteSize() / 4));
    MemorySegment arguments = arena.allocateFrom(ADDRESS, argument);
    int result = cudaLaunchKernel(kernel, dim3(1), dim3(threads), arguments, 0, stream);
    argument.fill((byte) 0);
    return result;
  }

  private MemorySegment dim3(int x) {
    MemorySegment dim = dim3.allocate(arena);
    dim3.x(dim, x);
    dim3.y(dim, 1);
    dim3.z(dim, 1);
    return dim;
  }

  private static void assertFloats(MemorySegment memory, float... values) {
    assertEquals(Arrays.toString(values),
        Arrays.toString(memory.toArray(JAVA_FLOAT)));
  }

  @Test
  void aKernelRuns() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment kernel = kernel();
      MemorySegment x = memory(1, 2, 3);
      ok(launch(kernel, x, 2, 32, none));
      assertFloats(x, 2, 4, 6);
      assertEquals(cudaErrorInvalidConfiguration(), launch(kernel, x, 2, 1025, none));
      ok(cudaFree(x));
      assertEquals(cudaErrorIllegalAddress(), launch(kernel, x, 2, 32, none));
      assertTrue(cuda.problems().get(1).contains("scale is given freed memory"), cuda.problems().toString());
      assertEquals(cudaErrorIllegalAddress(), cudaDeviceSynchronize());
    }
  }

  @Test
  void codeForAnotherDeviceIsRefused() {
    try (var cuda = FakeCuda.builder().capability(8, 6).install()) {
      for (String architecture : List.of("sm_90", "sm_89", "sm_75")) {
        assertEquals(cudaErrorNoKernelImageForDevice(),
            cudaLibraryLoadData(out, cubin(architecture), none, none, 0, none, none, 0), architecture);
      }
      ok(cudaLibraryLoadData(out, cubin("sm_80"), none, none, 0, none, none, 0));
      assertEquals(cudaErrorInvalidKernelImage(),
          cudaLibraryLoadData(out, arena.allocate(16), none, none, 0, none, none, 0));
    }
  }

  @Test
  void aCaptureWhoseEndFailsIsOver() {
    try (var cuda = FakeCuda.builder().failCall("cudaStreamEndCapture", 1, cudaErrorUnknown()).install()) {
      MemorySegment stream = stream();
      ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal()));
      assertEquals(cudaErrorUnknown(), cudaStreamEndCapture(stream, out));
      ok(cudaStreamSynchronize(stream));
      cuda.failCall("cudaStreamDestroy", 1, cudaErrorUnknown());
      assertEquals(cudaErrorUnknown(), cudaStreamDestroy(stream));
      assertEquals(Map.of(), cuda.live(), "there is no second try");
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void theCompilersMessagesAreInTheLog() {
    Assumptions.assumeTrue(Emulator.missing().isEmpty(), () -> Emulator.missing().orElse(""));
    try (var cuda = FakeCuda.install()) {
      MemorySegment program = program("#line 1 \"b.cu\"\nint f() { return x; }", "--gpu-architecture=sm_90");
      assertEquals(NVRTC_ERROR_COMPILATION(), code);
      assertEquals(0, nvrtcGetProgramLogSize(program, out));
      MemorySegment log = arena.allocate(out.get(JAVA_LONG, 0));
      assertEquals(0, nvrtcGetProgramLog(program, log));
      assertTrue(log.getString(0).contains("b.cu:1"), log.getString(0));
      program(SOURCE, "--std=c++17");
      assertEquals(NVRTC_ERROR_INVALID_OPTION(), code);
      assertEquals(Map.of("program of NVRTC", 2L), cuda.live());
    }
  }

  @Test
  void aCaptureIsDoneWhenItsGraphIsLaunched() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment kernel = kernel();
      MemorySegment x = memory(1, 2);
      MemorySegment y = memory(0, 0);
      MemorySegment stream = stream();
      MemorySegment side = stream();
      ok(cudaEventCreateWithFlags(out, cudaEventDisableTiming()));
      MemorySegment event = out.get(ADDRESS, 0);
      ok(cudaDeviceSynchronize());
      ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal()));
      ok(launch(kernel, x, 3, 32, stream));
      ok(cudaEventRecord(event, stream));
      ok(cudaStreamWaitEvent(side, event, 0));
      ok(cudaMemcpyAsync(y, x, 8, cudaMemcpyDeviceToDevice(), side));
      ok(cudaEventRecord(event, side));
      ok(cudaStreamWaitEvent(stream, event, 0));
      ok(cudaMemsetAsync(x, 0, 4, stream));
      ok(cudaStreamIsCapturing(side, out));
      assertEquals(cudaStreamCaptureStatusActive(), out.get(JAVA_INT, 0));
      ok(cudaStreamEndCapture(stream, out));
      MemorySegment graph = out.get(ADDRESS, 0);
      assertFloats(x, 1, 2);
      ok(cudaGraphInstantiate(out, graph, 0));
      MemorySegment executable = out.get(ADDRESS, 0);
      ok(cudaGraphDestroy(graph));
      ok(cudaGraphUpload(executable, stream));
      ok(cudaGraphLaunch(executable, stream));
      ok(cudaGraphLaunch(executable, stream));
      assertFloats(x, 0, 18);
      assertFloats(y, 0, 18);
      ok(cudaGraphExecDestroy(executable));
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void whatACaptureForbidsEndsIt() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment stream = stream();
      MemorySegment x = memory(1, 2);
      for (int call = 0; call < 4; call++) {
        ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal()));
        assertEquals(cudaErrorStreamCaptureUnsupported(), switch (call) {
          case 0 -> cudaMalloc(out, 8);
          case 1 -> cudaStreamSynchronize(stream);
          case 2 -> cudaDeviceSynchronize();
          default -> cudaMemcpyAsync(arena.allocate(8), x, 8, cudaMemcpyDeviceToHost(), stream);
        });
        assertEquals(cudaErrorStreamCaptureInvalidated(), cudaMemsetAsync(x, 0, 4, stream));
        assertEquals(cudaErrorStreamCaptureInvalidated(), cudaStreamEndCapture(stream, out));
        assertEquals(MemorySegment.NULL, out.get(ADDRESS, 0));
        ok(cudaStreamSynchronize(stream));
      }
    }
  }

  @Test
  void aStreamThatJoinedIsWaitedFor() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment stream = stream();
      MemorySegment side = stream();
      MemorySegment x = memory(1);
      ok(cudaEventCreateWithFlags(out, cudaEventDisableTiming()));
      MemorySegment event = out.get(ADDRESS, 0);
      ok(cudaEventRecord(event, side));
      ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal()));
      assertEquals(cudaErrorStreamCaptureIsolation(), cudaStreamWaitEvent(stream, event, 0));
      assertEquals(cudaErrorStreamCaptureInvalidated(), cudaStreamEndCapture(stream, out));
      ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal()));
      ok(cudaEventRecord(event, stream));
      ok(cudaStreamWaitEvent(side, event, 0));
      ok(cudaMemsetAsync(x, 0, 4, side));
      assertEquals(cudaErrorStreamCaptureUnjoined(), cudaStreamEndCapture(stream, out));
      assertEquals(cudaErrorCapturedEvent(), cudaEventQuery(event));
      ok(cudaStreamSynchronize(side));
    }
  }

  @Test
  void aThreadsModeAllowsMore() throws InterruptedException {
    try (var cuda = FakeCuda.install()) {
      MemorySegment stream = stream();
      ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal()));
      int[] codes = new int[1];
      Thread other = new Thread(() -> codes[0] = cudaMalloc(Arena.ofAuto().allocate(ADDRESS), 8));
      other.start();
      other.join();
      ok(codes[0]);
      MemorySegment mode = arena.allocateFrom(JAVA_INT, cudaStreamCaptureModeRelaxed());
      ok(cudaThreadExchangeStreamCaptureMode(mode));
      assertEquals(cudaStreamCaptureModeGlobal(), mode.get(JAVA_INT, 0));
      ok(cudaMalloc(out, 8));
      ok(cudaThreadExchangeStreamCaptureMode(mode));
      Thread stranger = new Thread(() -> codes[0] = cudaStreamEndCapture(stream, Arena.ofAuto().allocate(ADDRESS)));
      stranger.start();
      stranger.join();
      assertEquals(cudaErrorStreamCaptureWrongThread(), codes[0]);
      ok(cudaStreamEndCapture(stream, out));
    }
  }

  @Test
  void aGraphIsUpdatedWithTheSameCalls() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment stream = stream();
      MemorySegment x = memory(1);
      MemorySegment y = memory(1);
      MemorySegment first = capture(stream, x, 1);
      MemorySegment second = capture(stream, y, 1);
      MemorySegment longer = capture(stream, x, 2);
      MemorySegment info = cudaGraphExecUpdateResultInfo_st.allocate(arena);
      ok(cudaGraphInstantiate(out, first, 0));
      MemorySegment executable = out.get(ADDRESS, 0);
      assertEquals(cudaErrorGraphExecUpdateFailure(), cudaGraphExecUpdate(executable, longer, info));
      assertEquals(cudaGraphExecUpdateErrorTopologyChanged(), cudaGraphExecUpdateResultInfo_st.result(info));
      ok(cudaGraphExecUpdate(executable, second, info));
      ok(cudaGraphLaunch(executable, stream));
      assertFloats(x, 1);
      assertFloats(y, 0);
    }
  }

  private MemorySegment capture(MemorySegment stream, MemorySegment x, int times) {
    ok(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal()));
    for (int i = 0; i < times; i++) {
      ok(cudaMemsetAsync(x, 0, 4, stream));
    }
    ok(cudaStreamEndCapture(stream, out));
    return out.get(ADDRESS, 0);
  }
}
