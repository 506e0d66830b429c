package org.chagres.gpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.fake.FakeCuda;
import org.chagres.gpu.memory.Copies;
import org.chagres.gpu.memory.DeviceBlock;
import org.chagres.gpu.memory.DevicePool;
import org.chagres.gpu.memory.PinnedMemory;
import org.chagres.gpu.memory.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Recording, launching, updating; what can't be recorded says so. */
@Timeout(60)
class CudaGraphTest {

  private final MemorySegment host = Arena.ofAuto().allocate(8);

  private byte first(DeviceBlock block) {
    Copies.download(host.asSlice(0, block.bytes()), block.segment(), block.device().stream());
    return host.get(JAVA_BYTE, 0);
  }

  @Test
  void aGraphDoesWhatWasRecordedAsOftenAsWanted() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      CudaStream stream = device.stream();
      DevicePool pool = DevicePool.of(stream);
      DeviceBlock x = pool.allocate(8);
      DeviceBlock y = pool.allocate(8);
      Copies.fill(x.segment(), (byte) 1, stream);
      Copies.fill(y.segment(), (byte) 2, stream);
      CudaGraph graph = stream.capture(() -> Copies.copy(y.segment(), x.segment(), stream));
      assertTrue(stream.hasCaptured());
      assertEquals(2, first(y), "nothing is done while it is recorded");
      graph.upload();
      graph.launch();
      assertEquals(1, first(y));
      Copies.fill(x.segment(), (byte) 3, stream);
      device.run(graph::launch);
      assertEquals(3, first(y));
      assertTrue(graph.update(() -> Copies.copy(x.segment(), y.segment(), stream)), "the same form, other memory");
      Copies.fill(y.segment(), (byte) 4, stream);
      graph.launch();
      assertEquals(4, first(x));
      assertFalse(graph.update(() -> Copies.fill(x.segment(), (byte) 5, stream)), "another form");
      graph.launch();
      assertEquals(5, first(x));
      graph.close();
      graph.close();
      assertThrows(IllegalStateException.class, graph::launch);
      device.close();
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void whatCantBeRecordedIsRefusedByName() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      CudaStream stream = device.stream();
      DevicePool pool = DevicePool.of(stream);
      Workspace workspace = Workspace.of(pool);
      device.run(() -> workspace.take(100));
      DeviceBlock block = pool.allocate(8);
      CudaEvent event = device.newEvent();
      Map<String, Executable> refused = Map.of("allocating 5 bytes of device memory", () -> pool.allocate(5),
          "growing the workspace", () -> workspace.take(1 << 24),
          "reading 8 bytes of the device's memory on the host", () -> first(block),
          "copying from memory that is not pinned", () -> Copies.upload(block.segment(), host, stream),
          "waiting for the stream", stream::synchronize, "waiting for cuda:0", device::synchronize,
          "waiting for an event", event::synchronize, "giving memory back", pool::trim,
          "allocating 7 bytes of pinned memory", () -> PinnedMemory.allocate(device, 7),
          "recording a further graph", () -> stream.capture(() -> {}));
      refused.forEach((reason, call) -> {
        var e = assertThrows(IllegalStateException.class, () -> stream.capture(() -> run(call)), reason);
        assertTrue(e.getMessage().startsWith(reason) && e.getMessage().contains("is recording a graph"),
            e.getMessage());
        stream.synchronize();
      });
      try (CudaGraph graph = stream.capture(() -> assertTrue(workspace.take(50).byteSize() >= 100))) {
        graph.launch();
      }
      device.close();
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  private static void run(Executable call) {
    try {
      call.execute();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFailedRecordingLeavesTheStreamUsable() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      CudaStream stream = device.stream();
      DeviceBlock x = DevicePool.of(stream).allocate(8);
      assertThrows(ArithmeticException.class, () -> stream.capture(() -> {
        Copies.fill(x.segment(), (byte) 9, stream);
        throw new ArithmeticException("in the middle");
      }));
      for (String call : List.of("cudaStreamBeginCapture", "cudaGraphInstantiate")) {
        cuda.failCall(call, 1, Cudart.cudaErrorUnknown());
        CudaException e = assertThrows(CudaException.class,
            () -> stream.capture(() -> Copies.fill(x.segment(), (byte) 9, stream)));
        assertEquals(call, e.call());
        stream.synchronize();
      }
      device.close();
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  /** What graphs were recorded with, they go on using. */
  @Test
  void aWorkspaceThatGrowsKeepsWhatGraphsUse() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      DevicePool pool = DevicePool.of(device.stream());
      Workspace workspace = Workspace.of(pool);
      MemorySegment small = device.call(() -> workspace.take(1 << 20));
      CudaGraph graph = device.stream().capture(() -> Copies.fill(workspace.take(100), (byte) 1, device.stream()));
      MemorySegment large = device.call(() -> workspace.take(3 << 20));
      assertTrue(large.address() != small.address() && large.byteSize() >= 3 << 20);
      assertTrue(pool.statistics().live() >= 4 << 20, pool.statistics().toString());
      graph.launch();
      device.close();
      assertEquals(List.of(), cuda.problems());
      assertEquals(Map.of(), cuda.live());
    }
  }
}
