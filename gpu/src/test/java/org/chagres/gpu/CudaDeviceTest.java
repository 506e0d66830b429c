package org.chagres.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.chagres.bindings.MissingSymbolException;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.fake.FakeCuda;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Devices, streams, events: once, from any thread, closed completely. */
@Timeout(60)
class CudaDeviceTest {

  @Test
  void aDeviceIsOneObjectUntilItIsClosed() {
    try (var cuda = FakeCuda.builder().devices(2).install()) {
      CudaDevice first = CudaDevice.of(0);
      CudaDevice second = CudaDevice.of(1);
      assertSame(first, CudaDevice.of(0));
      assertNotSame(first, second);
      assertEquals("cuda:1", second.toString());
      first.close();
      first.close();
      IllegalStateException e = assertThrows(IllegalStateException.class, first::synchronize);
      assertEquals("cuda:0 is closed", e.getMessage());
      CudaDevice again = CudaDevice.of(0);
      assertNotSame(first, again);
      again.synchronize();
      again.close();
      second.run(second::close);
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void aTaskMayAskForDevicesWhileItsOwnIsClosed() throws InterruptedException {
    try (var cuda = FakeCuda.builder().devices(2).install()) {
      CudaDevice device = CudaDevice.of(0);
      CountDownLatch inside = new CountDownLatch(1);
      int[] other = {-1};
      Thread caller = Thread.ofPlatform().start(() -> device.run(() -> {
        inside.countDown();
        LockSupport.parkNanos(50_000_000);
        other[0] = CudaDevice.of(1).index();
        device.stream().synchronize();
      }));
      inside.await();
      device.close();
      caller.join();
      assertEquals(1, other[0], "the task was done before");
      CudaDevice.of(1).close();
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void allCallsAreMadeOnItsThreadWhoeverCalls() throws InterruptedException {
    try (var cuda = FakeCuda.builder().devices(2).install(); CudaDevice device = CudaDevice.of(1)) {
      // On another thread the current device would be 0, and the stream another device's.
      List<Thread> callers = new ArrayList<>();
      var failures = new ConcurrentLinkedQueue<Throwable>();
      for (int i = 0; i < 6; i++) {
        Runnable calls = () -> {
          for (int n = 0; n < 50; n++) {
            try (CudaEvent event = device.newEvent()) {
              device.stream().record(event);
              event.synchronize();
              assertTrue(event.isDone());
              device.stream().synchronize();
            }
          }
        };
        Thread.Builder builder = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
        Thread caller = builder.unstarted(calls);
        caller.setUncaughtExceptionHandler((t, e) -> failures.add(e));
        caller.start();
        callers.add(caller);
      }
      for (Thread caller : callers) {
        caller.join();
      }
      assertTrue(failures.isEmpty(), failures.toString());
      assertEquals(List.of(), cuda.problems());
      assertEquals(300, cuda.calls("cudaEventDestroy"));
    }
  }

  @Test
  void whatIsLeftOpenIsClosedWithTheDevice() {
    try (var cuda = FakeCuda.install()) {
      CudaDevice device = CudaDevice.of(0);
      CudaStream side = device.newStream("side");
      CudaEvent event = device.newEvent();
      device.newTimingEvent();
      side.close();
      side.close();
      IllegalStateException e = assertThrows(IllegalStateException.class, side::synchronize);
      assertEquals("the stream side of cuda:0 is closed", e.getMessage());
      assertThrows(IllegalStateException.class, () -> side.record(event));
      device.close();
      event.close();
      assertThrows(IllegalStateException.class, () -> device.stream().synchronize());
      assertThrows(IllegalStateException.class, device::newEvent);
      assertEquals(Map.of(), cuda.live());
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void eventsOrderStreamsAndTakeTheTime() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      CudaStream side = device.newStream("side");
      CudaEvent start = device.newTimingEvent();
      CudaEvent end = device.newTimingEvent();
      CudaEvent plain = device.newEvent();
      device.stream().record(start);
      side.await(start);
      side.record(end);
      end.synchronize();
      assertTrue(device.stream().isDone() && side.isDone());
      assertTrue(end.millisSince(start) >= 0);
      var e = assertThrows(IllegalArgumentException.class, () -> plain.millisSince(start));
      assertTrue(e.getMessage().contains("timing"), e.getMessage());
      assertTrue(plain.isDone(), "never recorded");
      device.close();
      assertEquals(List.of(), cuda.problems());
    }
  }

  @Test
  void anErrorTellsCallCodeAndName() {
    try (var cuda = FakeCuda.install(); CudaDevice device = CudaDevice.of(0)) {
      cuda.failCall("cudaStreamSynchronize", 1, Cudart.cudaErrorUnknown());
      CudaException e = assertThrows(CudaException.class, () -> device.stream().synchronize());
      assertEquals(Cudart.cudaErrorUnknown(), e.code());
      assertEquals("cudaErrorUnknown", e.name());
      assertEquals("cudaStreamSynchronize", e.call());
      device.stream().synchronize();
      cuda.failCall("cudaStreamSynchronize", 1, Cudart.cudaErrorIllegalAddress());
      e = assertThrows(CudaException.class, () -> device.stream().synchronize());
      assertTrue(e.getMessage().contains("a kernel queued before"), e.getMessage());
      e = assertThrows(CudaException.class, device::close);
      assertEquals("cudaErrorIllegalAddress", e.name());
      assertThrows(IllegalStateException.class, device::synchronize);
    }
  }

  @Test
  void aFunctionThatLacksIsToldWhenItIsCalled() {
    try (var cuda = FakeCuda.builder().without("cudaEventQuery").install(); CudaDevice device = CudaDevice.of(0)) {
      CudaEvent event = device.newEvent();
      MissingSymbolException e = assertThrows(MissingSymbolException.class, event::isDone);
      assertEquals("cudaEventQuery", e.symbol());
      device.synchronize();
      device.close();
      assertEquals(Map.of(), cuda.live());
    }
  }

  @Test
  void aDeviceThatCantBeOpenedLeavesNothing() {
    for (String call : List.of("cudaSetDevice", "cudaStreamCreateWithFlags", "cudaDeviceGetAttribute",
        "cudaGetDeviceProperties")) {
      try (var cuda = FakeCuda.builder().failCall(call, 1, Cudart.cudaErrorUnknown()).install()) {
        CudaException e = assertThrows(CudaException.class, () -> CudaDevice.of(0));
        assertTrue(e.call().startsWith(call), e.call());
        try (CudaDevice device = CudaDevice.of(0)) {
          assertFalse(device.isCurrent());
        }
        assertEquals(Map.of(), cuda.live());
        assertEquals(List.of(), cuda.problems());
      }
    }
  }
}
