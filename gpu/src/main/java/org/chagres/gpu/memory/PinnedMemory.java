package org.chagres.gpu.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import org.chagres.bindings.cudart.Cudart;
import org.chagres.gpu.CudaDevice;
import org.chagres.gpu.CudaEvent;
import org.chagres.gpu.CudaException;
import org.chagres.gpu.CudaResource;
import org.chagres.gpu.CudaStream;

/**
 * Memory of the host that stays where it is, so that the device copies it while the host goes on: a slot of the loader's
 * ring. Its {@link #copied} event tells when the last copy queued is done and the slot may be filled anew.
 */
public final class PinnedMemory extends CudaResource {

  private final MemorySegment memory;
  /** Ours, closed before the memory is freed; of what was only registered, the caller's own. */
  private final Arena arena;
  private final boolean registered;
  private final CudaEvent copied;

  private PinnedMemory(CudaEvent copied, MemorySegment memory, Arena arena, boolean registered) {
    super(copied.device(), "pinned memory of " + memory.byteSize() + " bytes for " + copied.device());
    this.copied = copied;
    this.memory = memory;
    this.arena = arena;
    this.registered = registered;
  }

  /** New memory, to be closed; its content is undefined. */
  public static PinnedMemory allocate(CudaDevice device, long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("pinned memory: expected 1 byte or more, got " + bytes);
    }
    return device.call(() -> {
      device.refuseInCapture("allocating " + bytes + " bytes of pinned memory");
      return withEvent(device, copied -> {
        try (Arena local = Arena.ofConfined()) {
          MemorySegment out = local.allocate(ADDRESS);
          CudaException.check(Cudart.cudaHostAlloc(out, bytes, Cudart.cudaHostAllocPortable()),
              "cudaHostAlloc of " + bytes + " bytes");
          Arena arena = Arena.ofShared();
          MemorySegment memory = out.get(ADDRESS, 0).reinterpret(bytes, arena, segment -> {});
          return new PinnedMemory(copied, memory, arena, false);
        }
      });
    });
  }

  /** Memory that is there, off the heap, and outlives this; it should begin and end at pages. */
  public static PinnedMemory register(CudaDevice device, MemorySegment memory) {
    if (!memory.isNative() || memory.byteSize() == 0) {
      throw new IllegalArgumentException("pinned memory: expected a segment off the heap, of 1 byte or more, got "
          + memory);
    }
    MemorySegment all = Copies.host(memory, "memory to pin");
    return device.call(() -> {
      device.refuseInCapture("pinning memory");
      return withEvent(device, copied -> {
        CudaException.check(Cudart.cudaHostRegister(all, all.byteSize(), Cudart.cudaHostRegisterPortable()),
            "cudaHostRegister of " + all.byteSize() + " bytes");
        return new PinnedMemory(copied, memory, Arena.global(), true);
      });
    });
  }

  /** The event is made first, so that a device that closes closes it last. */
  private static PinnedMemory withEvent(CudaDevice device, Function<CudaEvent, PinnedMemory> pin) {
    CudaEvent copied = device.newEvent();
    try {
      PinnedMemory pinned = pin.apply(copied);
      pinned.opened();
      return pinned;
    } catch (RuntimeException | Error e) {
      copied.close();
      throw e;
    }
  }

  /** The memory; closed with this if it was allocated by it. */
  public MemorySegment segment() {
    return memory;
  }

  /** Happens when the last copy queued so far is done. */
  public CudaEvent copied() {
    return copied;
  }

  /** Queues a copy of its beginning to the device, as long as the target. */
  public void upload(MemorySegment target, CudaStream stream) {
    device().run(() -> {
      Copies.start(target, memory, within(target.byteSize()), Cudart.cudaMemcpyHostToDevice(), stream);
      stream.record(copied);
    });
  }

  /** Queues a copy from the device to its beginning. */
  public void download(MemorySegment source, CudaStream stream) {
    device().run(() -> {
      Copies.start(memory, source, within(source.byteSize()), Cudart.cudaMemcpyDeviceToHost(), stream);
      stream.record(copied);
    });
  }

  private long within(long bytes) {
    requireOpen();
    if (bytes > memory.byteSize()) {
      throw new IllegalArgumentException("copying " + bytes + " bytes: " + this + " is smaller");
    }
    return bytes;
  }

  /** Not while it is being copied. */
  @Override
  protected void release() {
    try {
      copied.synchronize();
    } finally {
      copied.close();
      unpin();
    }
  }

  private void unpin() {
    if (registered) {
      CudaException.check(Cudart.cudaHostUnregister(memory), "cudaHostUnregister");
    } else {
      long address = memory.address();
      arena.close();
      CudaException.check(Cudart.cudaFreeHost(MemorySegment.ofAddress(address)), "cudaFreeHost");
    }
  }
}
