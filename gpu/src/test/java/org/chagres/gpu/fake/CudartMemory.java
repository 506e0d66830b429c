package org.chagres.gpu.fake;

import static org.chagres.bindings.cudart.Cudart.*;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The runtime's functions about memory. */
final class CudartMemory {

  /** A device's default pool, which nobody destroys. */
  private record Pool(FakeDevice device) implements Owned {
    @Override
    public String kind() {
      return "pool";
    }
  }

  private final Machine machine;
  private final DeviceMemory memory;
  private final Handles pools = new Handles();
  private final List<MemorySegment> poolOfDevice;

  CudartMemory(Machine machine) {
    this.machine = machine;
    this.memory = machine.memory();
    this.poolOfDevice = machine.devices().stream().map(device -> pools.give(new Pool(device))).toList();
  }

  // ---- device ----

  int cudaMalloc(MemorySegment pointer, long size) {
    machine.requireNoCapture("cudaMalloc");
    allocate(pointer, Block.Kind.DEVICE, machine.current(), size);
    return 0;
  }

  int cudaMallocAsync(MemorySegment pointer, long size, MemorySegment stream) {
    FakeStream on = machine.stream(stream);
    requireNotCaptured(on);
    machine.submit(Family.CUDART, on, Work.mark("cudaMallocAsync"));
    Block block = allocate(pointer, Block.Kind.POOLED, on.device(), size);
    if (size > 0) {
      block.uses().join(on.clock());
    }
    return 0;
  }

  private Block allocate(MemorySegment pointer, Block.Kind kind, FakeDevice device, long size) {
    Pointers.putPointer(pointer, MemorySegment.NULL);
    machine.countAllocation();
    if (size < 0) {
      throw new Refusal(cudaErrorMemoryAllocation());
    }
    device.allocate(size, kind == Block.Kind.POOLED);
    Block block = memory.allocate(kind, device, Math.max(1, size));
    if (block.bytes() != size) {
      device.allocate(block.bytes() - size, kind == Block.Kind.POOLED);
    }
    Pointers.putPointer(pointer, block.memory());
    return block;
  }

  int cudaFree(MemorySegment pointer) {
    FakeDevice current = machine.current();
    machine.requireNoCapture("cudaFree");
    if (pointer.address() == 0) {
      return 0;
    }
    Block block = memory.begin(pointer.address());
    if (!block.kind().isOfDevice()) {
      throw Refusal.value("cudaFree of " + block);
    }
    if (block.device() != current) {
      throw Refusal.value("cudaFree of " + block + " of device " + block.device().index()
          + " while the current device is " + current.index());
    }
    machine.synchronise(current);
    free(block);
    return 0;
  }

  int cudaFreeAsync(MemorySegment pointer, MemorySegment stream) {
    FakeStream on = machine.stream(stream);
    requireNotCaptured(on);
    Block block = memory.begin(pointer.address());
    if (!block.kind().isOfDevice()) {
      throw Refusal.value("cudaFreeAsync of " + block);
    }
    if (block.device() != on.device()) {
      throw Refusal.value("cudaFreeAsync of " + block + " of device " + block.device().index()
          + " on a stream of device " + on.device().index());
    }
    machine.submit(Family.CUDART, on, Work.mark("cudaFreeAsync"));
    if (!on.clock().covers(block.uses())) {
      throw Refusal.value("cudaFreeAsync of " + block
          + " on a stream that does not wait for the work on another stream that touches it");
    }
    free(block);
    return 0;
  }

  /** On a device these become nodes of the graph; nothing here needs them. */
  private static void requireNotCaptured(FakeStream stream) {
    if (stream.capture().isPresent()) {
      stream.capture().get().invalidate();
      throw new Refusal(cudaErrorNotSupported(), "an allocation on a stream that is captured");
    }
  }

  private void free(Block block) {
    memory.free(block);
    block.device().release(block.bytes(), block.kind() == Block.Kind.POOLED);
  }

  // ---- pools ----

  private FakeDevice ofPool(MemorySegment pool) {
    return pools.get(Pool.class, pool).device();
  }

  int cudaDeviceGetDefaultMemPool(MemorySegment pool, int device) {
    Pointers.putPointer(pool, poolOfDevice.get(machine.device(device).index()));
    return 0;
  }

  int cudaMemPoolSetAttribute(MemorySegment pool, int attribute, MemorySegment value) {
    if (isReuse(attribute)) {
      Pointers.getInt(value);
    } else {
      ofPool(pool).setPoolAttribute(attribute, Pointers.getLong(value));
    }
    return 0;
  }

  int cudaMemPoolGetAttribute(MemorySegment pool, int attribute, MemorySegment value) {
    if (isReuse(attribute)) {
      Pointers.putInt(value, 1);
    } else {
      Pointers.putLong(value, ofPool(pool).poolAttribute(attribute));
    }
    return 0;
  }

  private static boolean isReuse(int attribute) {
    return attribute == cudaMemPoolReuseAllowInternalDependencies()
        || attribute == cudaMemPoolReuseAllowOpportunistic()
        || attribute == cudaMemPoolReuseFollowEventDependencies();
  }

  int cudaMemPoolTrimTo(MemorySegment pool, long keep) {
    ofPool(pool).trim(keep);
    return 0;
  }

  // ---- host ----

  int cudaHostAlloc(MemorySegment pointer, long size, int flags) {
    machine.requireNoCapture("cudaHostAlloc");
    Pointers.putPointer(pointer, MemorySegment.NULL);
    if (size < 0) {
      throw new Refusal(cudaErrorMemoryAllocation());
    }
    Pointers.putPointer(pointer, memory.allocate(Block.Kind.PINNED, machine.current(), Math.max(1, size)).memory());
    return 0;
  }

  int cudaFreeHost(MemorySegment pointer) {
    machine.requireNoCapture("cudaFreeHost");
    if (pointer.address() == 0) {
      return 0;
    }
    Block block = memory.begin(pointer.address());
    if (block.kind() != Block.Kind.PINNED) {
      throw Refusal.value("cudaFreeHost of " + block);
    }
    machine.devices().forEach(machine::synchronise);
    memory.free(block);
    return 0;
  }

  int cudaHostRegister(MemorySegment pointer, long size, int flags) {
    machine.requireNoCapture("cudaHostRegister");
    if (size <= 0) {
      throw Refusal.value("cudaHostRegister of " + size + " bytes");
    }
    MemorySegment range = Pointers.at(pointer).reinterpret(size);
    if (memory.find(range.address()).isPresent() || memory.find(range.address() + size - 1).isPresent()) {
      throw new Refusal(cudaErrorHostMemoryAlreadyRegistered(), "registered already");
    }
    memory.register(machine.current(), range);
    return 0;
  }

  int cudaHostUnregister(MemorySegment pointer) {
    machine.requireNoCapture("cudaHostUnregister");
    Block block = memory.find(pointer.address()).filter(b -> b.kind() == Block.Kind.REGISTERED)
        .filter(b -> b.address() == pointer.address())
        .orElseThrow(() -> new Refusal(cudaErrorHostMemoryNotRegistered(), "nothing is registered there"));
    machine.devices().forEach(machine::synchronise);
    memory.unregister(block);
    return 0;
  }

  // ---- copies ----

  int cudaMemcpyAsync(MemorySegment to, MemorySegment from, long count, int kind, MemorySegment stream) {
    return copy("cudaMemcpyAsync", new Copy(to, count, from, count, count, 1), kind, machine.stream(stream));
  }

  int cudaMemcpy2DAsync(MemorySegment to, long toPitch, MemorySegment from, long fromPitch, long width, long height,
      int kind, MemorySegment stream) {
    if (width > toPitch || width > fromPitch) {
      throw new Refusal(cudaErrorInvalidValue(), "rows of " + width + " bytes and a pitch of less");
    }
    return copy("cudaMemcpy2DAsync", new Copy(to, toPitch, from, fromPitch, width, height), kind,
        machine.stream(stream));
  }

  private record Copy(MemorySegment to, long toPitch, MemorySegment from, long fromPitch, long width, long height) {

    boolean isEmpty() {
      return width == 0 || height == 0;
    }

    long span(long pitch) {
      return isEmpty() ? 0 : pitch * (height - 1) + width;
    }

    void run() {
      for (long row = 0; row < height; row++) {
        MemorySegment target = MemorySegment.ofAddress(to.address() + row * toPitch).reinterpret(width);
        target.copyFrom(MemorySegment.ofAddress(from.address() + row * fromPitch).reinterpret(width));
      }
    }
  }

  private int copy(String name, Copy copy, int kind, FakeStream stream) {
    if (copy.isEmpty()) {
      return 0;
    }
    List<Block> blocks = new ArrayList<>();
    side(name + " to", copy.to(), copy.span(copy.toPitch()),
        kind == cudaMemcpyHostToDevice() || kind == cudaMemcpyDeviceToDevice(), kind, blocks, stream);
    side(name + " from", copy.from(), copy.span(copy.fromPitch()),
        kind == cudaMemcpyDeviceToHost() || kind == cudaMemcpyDeviceToDevice(), kind, blocks, stream);
    machine.submit(Family.CUDART, stream, new Work(name, copy.width() + " by " + copy.height(), blocks,
        s -> copy.run()));
    return 0;
  }

  private void side(String what, MemorySegment pointer, long bytes, boolean ofDevice, int kind, List<Block> blocks,
      FakeStream stream) {
    Block block = memory.find(pointer.address()).orElse(null);
    boolean isOfDevice = block != null && block.kind().isOfDevice();
    if (kind == cudaMemcpyDefault() ? isOfDevice : ofDevice) {
      blocks.add(memory.ofDevice(what, pointer, bytes));
      return;
    }
    if (isOfDevice) {
      throw new Refusal(cudaErrorInvalidValue(), what + " the host, but there lies " + block);
    }
    if (block != null && !block.holds(pointer.address(), bytes)) {
      throw new Refusal(cudaErrorInvalidValue(), what + " " + bytes + " bytes, which go beyond " + block);
    }
    if (memory.wasFreed(pointer.address())) {
      throw new Refusal(cudaErrorInvalidValue(), what + " freed memory");
    }
    if (block != null) {
      blocks.add(block);
    } else {
      Pointers.at(pointer);
      // A graph would read whatever lies there when it runs.
      machine.requireNoCapture(stream, what + " memory that is not pinned");
    }
  }

  int cudaMemsetAsync(MemorySegment pointer, int value, long count, MemorySegment stream) {
    FakeStream on = machine.stream(stream);
    if (count > 0) {
      Block block = memory.ofDevice("cudaMemsetAsync", pointer, count);
      MemorySegment range = MemorySegment.ofAddress(pointer.address()).reinterpret(count);
      machine.submit(Family.CUDART, on,
          new Work("cudaMemsetAsync", value + " times " + count, List.of(block), s -> range.fill((byte) value)));
    }
    return 0;
  }
}
