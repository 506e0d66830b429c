package org.chagres.gpu.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaException;
import org.chagres.gpu.CudaStream;
import org.chagres.gpu.fake.FakeCuda;
import org.junit.jupiter.api.Test;

/** Copies, pinned memory, the loader's slots. */
class CopiesTest {

  private static int[] ints(DeviceBlock block) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(block.bytes(), 4);
      Copies.download(host, block.segment(), block.device().stream());
      return host.toArray(JAVA_INT);
    }
  }

  @Test
  void bytesGoUpAcrossAndDown() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0); Arena arena = Arena.ofConfined()) {
      CudaStream stream = device.stream();
      DevicePool pool = DevicePool.of(stream);
      DeviceBlock x = pool.allocate(12);
      DeviceBlock y = pool.allocate(12);
      Copies.upload(x.segment(), arena.allocateFrom(JAVA_INT, 1, 2, 3), stream);
      Copies.fill(y.segment(), (byte) -1, stream);
      Copies.copy(y.segment().asSlice(0, 8), x.segment().asSlice(4), stream);
      assertArrayEquals(new int[] {2, 3, -1}, ints(y));
      Copies.fill(y.segment().asSlice(0, 0), (byte) 7, stream);
      assertArrayEquals(new int[] {2, 3, -1}, ints(y));
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void theHostsSideIsChecked() throws InterruptedException {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      CudaStream stream = device.stream();
      MemorySegment x = DevicePool.of(stream).allocate(8).segment();
      MemorySegment good = Arena.ofAuto().allocate(8);
      MemorySegment heap = MemorySegment.ofArray(new int[2]);
      MemorySegment closed;
      try (Arena arena = Arena.ofConfined()) {
        closed = arena.allocate(8);
      }
      MemorySegment[] foreign = new MemorySegment[1];
      Thread other = Thread.ofPlatform().start(() -> foreign[0] = Arena.ofConfined().allocate(8));
      other.join();
      assertThrows(IllegalArgumentException.class, () -> Copies.upload(x, heap, stream));
      assertThrows(IllegalArgumentException.class, () -> Copies.download(heap, x, stream));
      assertThrows(IllegalStateException.class, () -> Copies.upload(x, closed, stream));
      assertThrows(IllegalArgumentException.class, () -> Copies.upload(x, foreign[0], stream));
      assertThrows(IllegalArgumentException.class, () -> Copies.download(good.asReadOnly(), x, stream));
      var e = assertThrows(IllegalArgumentException.class, () -> Copies.upload(x, good.asSlice(4), stream));
      assertEquals("copying 4 bytes into 8: the sizes have to be the same", e.getMessage());
      assertThrows(IllegalArgumentException.class, () -> Copies.copy(x, x.asSlice(4), stream));
      assertEquals(0, cuda.calls("cudaMemcpyAsync"));
    }
  }

  @Test
  void pinnedMemoryIsCopiedWhileTheHostGoesOn() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      CudaStream stream = device.stream();
      DeviceBlock x = DevicePool.of(stream).allocate(8);
      PinnedMemory slot = PinnedMemory.allocate(device, 16);
      slot.segment().setAtIndex(JAVA_INT, 0, 5);
      slot.segment().setAtIndex(JAVA_INT, 1, 6);
      slot.upload(x.segment(), stream);
      slot.copied().synchronize();
      assertArrayEquals(new int[] {5, 6}, ints(x));
      slot.segment().fill((byte) 0);
      slot.download(x.segment(), stream);
      slot.copied().synchronize();
      assertEquals(6, slot.segment().getAtIndex(JAVA_INT, 1));
      assertThrows(IllegalArgumentException.class,
          () -> slot.upload(MemorySegment.ofAddress(x.segment().address()).reinterpret(17), stream));
      MemorySegment memory = slot.segment();
      slot.close();
      slot.close();
      assertThrows(IllegalStateException.class, () -> memory.getAtIndex(JAVA_INT, 0), "closed with it");
      assertThrows(IllegalStateException.class, () -> slot.upload(x.segment(), stream));
      MemorySegment mine = Arena.ofAuto().allocate(8192, 4096);
      PinnedMemory registered = PinnedMemory.register(device, mine);
      mine.set(JAVA_INT, 0, 9);
      registered.upload(x.segment(), stream);
      assertEquals(9, ints(x)[0]);
      device.close();
      mine.set(JAVA_INT, 0, 10);
      assertThrows(IllegalArgumentException.class, () -> PinnedMemory.allocate(device, 0));
      assertThrows(IllegalArgumentException.class,
          () -> PinnedMemory.register(device, MemorySegment.ofArray(new int[1])));
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void aSlotIsFilledOnOneStreamAndReadOnAnother() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      CudaStream computing = device.stream();
      CudaStream copying = device.newStream("copies");
      DevicePool pool = DevicePool.of(computing);
      UploadSlot slot = UploadSlot.of(pool, copying, 8);
      PinnedMemory host = PinnedMemory.allocate(device, 8);
      DeviceBlock sum = pool.allocate(8);
      for (int batch = 1; batch < 4; batch++) {
        host.copied().synchronize();
        host.segment().set(JAVA_INT, 0, batch);
        slot.fill(host, 8);
        Copies.copy(sum.segment(), slot.read(computing), computing);
        slot.release(computing);
        assertEquals(batch, ints(sum)[0]);
      }
      cuda.clearLog();
      slot.fill(host, 4);
      assertEquals(List.of("cudaStreamWaitEvent", "cudaMemcpyAsync", "cudaEventRecord", "cudaEventRecord"), cuda.log());
      slot.close();
      assertThrows(IllegalStateException.class, () -> slot.read(computing));
      device.close();
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void whatFailsHalfWayLeavesNothing() {
    for (String call : List.of("cudaHostAlloc", "cudaEventCreateWithFlags", "cudaMallocAsync", "cudaEventRecord")) {
      try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
        DevicePool pool = DevicePool.of(device.stream());
        CudaStream copying = device.newStream("copies");
        Map<String, Long> before = cuda.live();
        cuda.failCall(call, 1, Cudart.cudaErrorUnknown());
        assertThrows(CudaException.class, () -> {
          try (PinnedMemory host = PinnedMemory.allocate(device, 8);
              UploadSlot slot = UploadSlot.of(pool, copying, 8)) {
            assertTrue(slot.device() == host.device());
          }
        }, call);
        pool.trim();
        assertEquals(before, cuda.live(), call);
        device.close();
        assertEquals(Map.of(), cuda.live());
        assertEquals(List.of(), cuda.problems());
      }
    }
  }
}
