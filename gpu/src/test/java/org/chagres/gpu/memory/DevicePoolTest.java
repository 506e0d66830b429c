package org.chagres.gpu.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.fake.FakeCuda;
import org.junit.jupiter.api.Test;

/** The pool: sizes, reuse, limits, lack of memory, misuse. */
class DevicePoolTest {

  @Test
  void sizesAreRoundedUpByAnEighthAtMost() {
    long last = 0;
    for (int c = 0; c < SizeClasses.COUNT; c++) {
      long bytes = SizeClasses.bytes(c);
      assertTrue(bytes > last && bytes % 64 == 0, bytes + " after " + last);
      assertEquals(c, SizeClasses.of(bytes));
      assertEquals(c, SizeClasses.of(last + 1));
      assertTrue(c == 0 || bytes <= (last + 1) * 9 / 8 + 64, bytes + " for " + (last + 1));
      last = bytes;
    }
    assertEquals(SizeClasses.LARGEST, last);
    assertEquals(0, SizeClasses.of(0));
  }

  @Test
  void whatIsFreedIsHandedOutAgain() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      DevicePool pool = DevicePool.of(device.stream());
      DeviceBlock first = pool.allocate(1000);
      MemorySegment memory = first.segment();
      assertEquals(1000, memory.byteSize());
      assertEquals(0, memory.address() % 256);
      first.close();
      DeviceBlock second = pool.allocate(1010);
      assertEquals(memory.address(), second.segment().address());
      DeviceBlock third = pool.allocate(1000);
      assertNotEquals(memory.address(), third.segment().address());
      assertEquals(0, pool.allocate(0).bytes());
      assertEquals(new PoolStatistics(1024 + 1024 + 512, 2560, 0, Long.MAX_VALUE, 4, 3), pool.statistics());
      second.close();
      third.close();
      assertEquals(2048, pool.statistics().pooled());
      assertEquals(2560, pool.statistics().reserved());
      pool.trim();
      assertEquals(0, pool.statistics().pooled());
      assertEquals(2, cuda.calls("cudaFreeAsync"));
      pool.close();
      assertThrows(IllegalStateException.class, () -> pool.allocate(1));
      assertEquals(1L, cuda.live().values().stream().filter(n -> n == 1).count(), cuda.live().toString());
      device.close();
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void aBlockIsFreedOnceAndNotUsedAfterwards() {
    try (var cuda = FakeCuda.install()) {
      CudaDevice device = CudaDevice.of(0);
      DevicePool pool = DevicePool.of(device.stream());
      DeviceBlock block = pool.allocate(77);
      DeviceBlock late = pool.allocate(78);
      block.close();
      IllegalStateException e = assertThrows(IllegalStateException.class, block::close);
      assertTrue(e.getMessage().contains("77 bytes") && e.getMessage().contains("freed twice"), e.getMessage());
      e = assertThrows(IllegalStateException.class, block::segment);
      assertTrue(e.getMessage().contains("after it was freed"), e.getMessage());
      device.close();
      late.close();
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void whenMemoryRunsOutThePoolIsEmptiedFirst() {
    try (var cuda = FakeCuda.builder().memory(16 << 20).install(); CudaDevice device = CudaDevice.of(0)) {
      DevicePool pool = DevicePool.of(device.stream());
      List<DeviceBlock> blocks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        blocks.add(pool.allocate(4 << 20));
      }
      blocks.removeLast().close();
      blocks.add(pool.allocate(7 << 20));
      var e = assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(2 << 20));
      assertEquals(2 << 20, e.bytes());
      assertEquals(15 << 20, e.statistics().live());
      assertEquals(Cudart.cudaErrorMemoryAllocation(), e.code());
      String m = e.getMessage();
      assertTrue(m.contains("cudaMallocAsync of 2097152 bytes") && m.contains("cudaErrorMemoryAllocation")
          && m.contains("1048576 bytes free of 16777216") && m.contains("live 15728640 bytes"), m);
      pool.allocate(1 << 20).close();
      blocks.forEach(DeviceBlock::close);
      cuda.oomAtAllocation(1);
      pool.allocate(6 << 20).close();
      device.close();
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void theLimitHolds() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      DevicePool pool = DevicePool.of(device.stream());
      pool.limit(4096);
      pool.allocate(1024).close();
      DeviceBlock block = pool.allocate(3584);
      assertEquals(0, pool.statistics().pooled(), "given back to stay within the limit");
      var e = assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(600));
      assertTrue(e.getMessage().contains("limit 4096"), e.getMessage());
      pool.allocate(512).close();
      block.close();
      assertThrows(IllegalArgumentException.class, () -> pool.limit(-1));
      assertThrows(IllegalArgumentException.class, () -> pool.allocate(-1));
      assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(Long.MAX_VALUE));
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void blocksAreMadeAndFreedFromAnyThread() throws InterruptedException {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      DevicePool pool = DevicePool.of(device.stream());
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(Thread.ofVirtual().start(() -> {
          for (int n = 0; n < 200; n++) {
            pool.allocate(n).close();
          }
        }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(800, pool.statistics().allocations());
      assertEquals(0, pool.statistics().live());
      device.close();
      assertEquals(Map.of(), cuda.live());
    }
  }
}
