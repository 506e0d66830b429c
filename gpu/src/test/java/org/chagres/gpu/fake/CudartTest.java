package org.chagres.gpu.fake;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.chagres.bindings.cudart.Cudart.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.chagres.bindings.Libraries;
import org.chagres.bindings.Library;
import org.chagres.bindings.LibraryStatus;
import org.chagres.bindings.MissingLibraryException;
import org.chagres.bindings.MissingSymbolException;
import org.chagres.bindings.cudart.cudaHostFn_t;
import org.junit.jupiter.api.Test;

/** Memory, streams, events, errors of the fake runtime. */
class CudartTest {

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment out = arena.allocate(ADDRESS);

  private static void ok(int code) {
    assertEquals("cudaSuccess", Family.CUDART.name(code));
  }

  private MemorySegment malloc(long bytes) {
    ok(cudaMalloc(out, bytes));
    return out.get(ADDRESS, 0);
  }

  private MemorySegment stream() {
    ok(cudaStreamCreateWithFlags(out, cudaStreamNonBlocking()));
    return out.get(ADDRESS, 0);
  }

  private MemorySegment event() {
    ok(cudaEventCreateWithFlags(out, cudaEventDisableTiming()));
    return out.get(ADDRESS, 0);
  }

  private static void problem(FakeCuda cuda, String part) {
    List<String> problems = cuda.problems();
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(problems.getFirst().contains(part), problems.toString());
  }

  @Test
  void copiesGoThereAndBack() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment stream = stream();
      cuda.clearLog();
      MemorySegment memory = malloc(64);
      MemorySegment from = arena.allocateFrom(JAVA_INT, 1, 2, 3, 4);
      MemorySegment to = arena.allocate(16);
      ok(cudaMemsetAsync(memory, 7, 64, stream));
      ok(cudaMemcpyAsync(memory, from, 16, cudaMemcpyHostToDevice(), stream));
      ok(cudaMemcpyAsync(to, memory, 16, cudaMemcpyDeviceToHost(), stream));
      assertEquals(-1, from.mismatch(to));
      // Columns 1 and 2 of 2 × 4 bytes.
      MemorySegment two = arena.allocate(4);
      ok(cudaMemcpy2DAsync(two, 2, memory.reinterpret(64).asSlice(1), 4, 2, 2, cudaMemcpyDefault(), stream));
      assertEquals(0, two.get(JAVA_BYTE, 2));
      ok(cudaMemcpyAsync(to, memory.reinterpret(64).asSlice(60), 4, cudaMemcpyDefault(), stream));
      assertEquals(0x07070707, to.get(JAVA_INT, 0));
      assertEquals(List.of(), cuda.problems());
      assertEquals(Map.of("stream", 1L, "device memory", 1L, "device memory bytes", 64L), cuda.live());
      ok(cudaFree(memory));
      ok(cudaStreamDestroy(stream));
      assertEquals(Map.of(), cuda.live());
      assertEquals(2, cuda.calls("cudaMemcpyAsync") - 1);
      assertEquals(List.of("cudaMalloc", "cudaMemsetAsync", "cudaMemcpyAsync"), cuda.log().subList(0, 3));
    }
  }

  @Test
  void misuseOfMemoryIsAnErrorAndIsTold() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment memory = malloc(64);
      ok(cudaFree(memory));
      assertEquals(cudaErrorInvalidValue(), cudaFree(memory));
      problem(cuda, "cudaFree: device memory of 64 bytes at 0x");
    }
    try (var cuda = FakeCuda.install()) {
      assertEquals(cudaErrorInvalidValue(), cudaMemsetAsync(malloc(64), 0, 65, MemorySegment.NULL));
      problem(cuda, "cudaMemsetAsync of 65 bytes at 0x");
    }
    try (var cuda = FakeCuda.install()) {
      MemorySegment memory = malloc(64);
      ok(cudaFree(memory));
      assertEquals(cudaErrorInvalidValue(), cudaMemsetAsync(memory, 0, 4, MemorySegment.NULL));
      problem(cuda, "lies in freed memory");
    }
    try (var cuda = FakeCuda.install()) {
      MemorySegment memory = malloc(64);
      assertEquals(cudaErrorInvalidValue(),
          cudaMemcpyAsync(memory, memory, 8, cudaMemcpyHostToDevice(), MemorySegment.NULL));
      problem(cuda, "the host, but there lies device memory");
    }
    try (var cuda = FakeCuda.install()) {
      MemorySegment memory = malloc(63);
      memory.reinterpret(64).set(JAVA_BYTE, 63, (byte) 0);
      problem(cuda, "memory beside device memory of 63 bytes");
    }
    try (var cuda = FakeCuda.install()) {
      MemorySegment memory = malloc(64);
      ok(cudaFree(memory));
      memory.reinterpret(64).set(JAVA_BYTE, 5, (byte) 0);
      problem(cuda, "was written after it was freed");
    }
  }

  @Test
  void memoryIsLimitedAndFailsOnDemand() {
    try (var cuda = FakeCuda.builder().memory(1000).oomAtAllocation(2).install()) {
      malloc(600);
      assertEquals(cudaErrorMemoryAllocation(), cudaMalloc(out, 8), "the second");
      assertEquals(0, out.get(JAVA_LONG, 0));
      assertEquals(cudaErrorMemoryAllocation(), cudaMallocAsync(out, 401, MemorySegment.NULL));
      ok(cudaMallocAsync(out, 400, MemorySegment.NULL));
      assertEquals(List.of(), cuda.problems());
      assertEquals(cudaErrorMemoryAllocation(), cudaGetLastError());
      assertEquals(0, cudaGetLastError());
    }
  }

  @Test
  void thePoolKeepsWhatItsThresholdSays() {
    try (var cuda = FakeCuda.builder().memory(1000).install()) {
      ok(cudaDeviceGetDefaultMemPool(out, 0));
      MemorySegment pool = out.get(ADDRESS, 0);
      for (long kept : new long[] {0, 200}) {
        out.set(JAVA_LONG, 0, kept == 0 ? 0 : -1);
        ok(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold(), out));
        ok(cudaMallocAsync(out, 200, MemorySegment.NULL));
        ok(cudaFreeAsync(out.get(ADDRESS, 0), MemorySegment.NULL));
        ok(cudaDeviceSynchronize());
        ok(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrReservedMemCurrent(), out));
        assertEquals(kept, out.get(JAVA_LONG, 0));
      }
      ok(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemHigh(), out));
      assertEquals(200, out.get(JAVA_LONG, 0));
      ok(cudaMemPoolTrimTo(pool, 0));
      MemorySegment total = arena.allocate(JAVA_LONG);
      ok(cudaMemGetInfo(out, total));
      assertEquals(1000, out.get(JAVA_LONG, 0));
    }
  }

  @Test
  void memoryIsFreedWhereItsUseIsOver() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment one = stream();
      MemorySegment two = stream();
      MemorySegment event = event();
      ok(cudaMallocAsync(out, 64, one));
      MemorySegment ordered = out.get(ADDRESS, 0);
      ok(cudaMallocAsync(out, 64, one));
      MemorySegment wild = out.get(ADDRESS, 0);
      ok(cudaEventRecord(event, one));
      ok(cudaMemsetAsync(wild, 0, 64, one));
      ok(cudaStreamWaitEvent(two, event, 0));
      ok(cudaFreeAsync(ordered, two));
      assertEquals(List.of(), cuda.problems());
      assertEquals(cudaErrorInvalidValue(), cudaFreeAsync(wild, two));
      problem(cuda, "does not wait for the work on another stream");
      ok(cudaStreamSynchronize(one));
      ok(cudaFreeAsync(wild, two));
    }
  }

  @Test
  void pinnedMemory() {
    try (var cuda = FakeCuda.install()) {
      ok(cudaHostAlloc(out, 100, cudaHostAllocDefault()));
      MemorySegment pinned = out.get(ADDRESS, 0);
      MemorySegment own = arena.allocate(100);
      ok(cudaHostRegister(own, 100, 0));
      assertEquals(cudaErrorHostMemoryAlreadyRegistered(), cudaHostRegister(own, 100, 0));
      assertEquals(200, cuda.live().get("pinned memory bytes") + cuda.live().get("registered memory bytes"));
      ok(cudaHostUnregister(own));
      assertEquals(cudaErrorHostMemoryNotRegistered(), cudaHostUnregister(own));
      ok(cudaFreeHost(pinned));
      assertEquals(Map.of(), cuda.live());
    }
  }

  @Test
  void handlesAreChecked() {
    try (var cuda = FakeCuda.install()) {
      MemorySegment stream = stream();
      ok(cudaStreamDestroy(stream));
      assertEquals(cudaErrorInvalidResourceHandle(), cudaStreamSynchronize(stream));
      problem(cuda, "a stream is used that was destroyed");
      assertEquals(cudaErrorInvalidResourceHandle(), cudaEventDestroy(MemorySegment.ofAddress(123)));
    }
  }

  @Test
  void twoDevices() {
    try (var cuda = FakeCuda.builder().devices(2).memory(1 << 20).install()) {
      ok(cudaGetDeviceCount(out));
      assertEquals(2, out.get(JAVA_INT, 0));
      MemorySegment ofFirst = malloc(64);
      MemorySegment stream = stream();
      ok(cudaSetDevice(1));
      assertEquals(cudaErrorInvalidResourceHandle(), cudaMemsetAsync(ofFirst, 0, 64, stream));
      problem(cuda, "cudaMemsetAsync on a stream of device 0 while the current device is 1");
      assertEquals(cudaErrorInvalidValue(), cudaFree(ofFirst));
      assertEquals(cudaErrorInvalidResourceHandle(), cudaEventRecord(event(), stream));
      assertEquals(cudaErrorInvalidDevice(), cudaSetDevice(2));
      ok(cudaStreamSynchronize(stream));
    }
  }

  @Test
  void theCurrentDeviceIsTheThreads() throws InterruptedException {
    try (var cuda = FakeCuda.builder().devices(2).install()) {
      ok(cudaSetDevice(1));
      AtomicInteger seen = new AtomicInteger(-1);
      Thread other = new Thread(() -> {
        MemorySegment mine = Arena.ofAuto().allocate(JAVA_INT);
        ok(cudaGetDevice(mine));
        seen.set(mine.get(JAVA_INT, 0));
      });
      other.start();
      other.join();
      assertEquals(0, seen.get());
    }
  }

  @Test
  void functionsOnTheHostComeInOrderAndLate() throws InterruptedException {
    try (var cuda = FakeCuda.install()) {
      MemorySegment stream = stream();
      MemorySegment event = event();
      CountDownLatch gate = new CountDownLatch(1);
      AtomicInteger calls = new AtomicInteger();
      AtomicInteger code = new AtomicInteger();
      MemorySegment function = cudaHostFn_t.allocate(data -> {
        try {
          gate.await();
        } catch (InterruptedException e) {
          return;
        }
        code.set(cudaMalloc(MemorySegment.NULL, 8));
        calls.incrementAndGet();
      }, arena);
      ok(cudaLaunchHostFunc(stream, function, MemorySegment.NULL));
      ok(cudaEventRecord(event, stream));
      assertEquals(cudaErrorNotReady(), cudaEventQuery(event));
      assertEquals(cudaErrorNotReady(), cudaStreamQuery(stream));
      assertEquals(0, cudaPeekAtLastError());
      gate.countDown();
      ok(cudaEventSynchronize(event));
      assertEquals(1, calls.get());
      ok(cudaEventQuery(event));
      assertEquals(cudaErrorNotPermitted(), code.get());
      problem(cuda, "called by a function on the host");
    }
  }

  @Test
  void eventsTellTheTimeBetween() {
    try (var cuda = FakeCuda.install()) {
      ok(cudaEventCreateWithFlags(out, cudaEventDefault()));
      MemorySegment start = out.get(ADDRESS, 0);
      assertEquals(cudaErrorInvalidResourceHandle(), cudaEventElapsedTime(out, start, start));
      ok(cudaEventRecord(start, MemorySegment.NULL));
      ok(cudaEventElapsedTime(out, start, start));
      assertEquals(0, out.get(JAVA_INT, 0));
      assertEquals(cudaErrorInvalidResourceHandle(), cudaEventElapsedTime(out, start, event()));
    }
  }

  @Test
  void aBrokenDeviceStaysBroken() {
    try (var cuda = FakeCuda.builder().failCall("cudaMemsetAsync", 2, cudaErrorIllegalAddress()).install()) {
      MemorySegment memory = malloc(64);
      ok(cudaMemsetAsync(memory, 0, 64, MemorySegment.NULL));
      assertEquals(cudaErrorIllegalAddress(), cudaMemsetAsync(memory, 0, 64, MemorySegment.NULL));
      assertEquals(cudaErrorIllegalAddress(), cudaDeviceSynchronize());
      assertEquals(cudaErrorIllegalAddress(), cudaGetLastError());
      assertEquals(cudaErrorIllegalAddress(), cudaGetLastError());
      assertEquals("cudaErrorIllegalAddress", cudaGetErrorName(cudaErrorIllegalAddress()).getString(0));
      assertEquals(cudaErrorIllegalAddress(), cudaFree(memory));
      assertEquals(Map.of(), cuda.live(), "what is freed counts as freed");
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void whatLacks() {
    try (var cuda = FakeCuda.builder().without(Library.NVRTC).without("cudaGraphUpload").install()) {
      assertThrows(MissingLibraryException.class, () -> Libraries.require(Library.NVRTC));
      assertThrows(MissingSymbolException.class, () -> cudaGraphUpload(out, out));
      assertThrows(IllegalArgumentException.class, () -> cuda.failCall("nvrtcVersion", 1, 1));
    }
    try (var cuda = FakeCuda.builder().version(Library.CUDART, 12, 8, 0).install()) {
      assertTrue(Libraries.status(Library.CUDART) instanceof LibraryStatus.Missing);
    }
    try (var cuda = FakeCuda.builder().driver(12_040).install()) {
      assertEquals(cudaErrorInsufficientDriver(), cudaGetDeviceCount(out));
    }
    try (var cuda = FakeCuda.builder().devices(0).install()) {
      assertEquals(cudaErrorNoDevice(), cudaGetDeviceCount(out));
      assertEquals(cudaErrorNoDevice(), cudaMalloc(out, 8));
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void nothingCanGetOutOfACall() {
    try (var cuda = FakeCuda.install()) {
      assertEquals(cudaErrorInvalidValue(), cudaMalloc(MemorySegment.NULL, 8));
      problem(cuda, "a null pointer was passed");
    }
  }
}
